"""A deep linear network."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import nn


def linear_net(
    shape: tuple[int, ...], classes: int, hidden: tuple[int, ...] = (32, 32)
) -> nn.Module:
    r"""$z = W_k \cdots W_2 W_1 x$, without biases or activations.

    The origin is a saddle, degenerate from two hidden layers on (k >= 3). Source: Saxe
    et al., arXiv 1312.6120.

    Args:
        shape: of one example.
        classes: the number of outputs.
        hidden: widths of the hidden layers.
    """
    widths = (math.prod(shape), *hidden, classes)
    layers = [nn.Linear(*ends, bias=False) for ends in pairwise(widths)]
    return nn.Sequential(nn.Flatten(), *layers)
