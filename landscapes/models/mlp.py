"""A multi-layer perceptron."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import nn

from landscapes.models.activations import activation as layer


def mlp(
    shape: tuple[int, ...],
    classes: int,
    hidden: tuple[int, ...] = (32,),
    activation: str = "tanh",
    dropout: float = 0.0,
) -> nn.Module:
    r"""$z = W_k \phi(\dots\phi(W_1 x + b_1)\dots) + b_k$, fully connected.

    Args:
        shape: of one example.
        classes: the number of outputs.
        hidden: widths of the hidden layers.
        activation: $\phi$: `tanh`, `relu` or `gelu`.
        dropout: the share of each hidden layer's outputs that is dropped; 0 adds no
            layer.

    Raises:
        ValueError: the activation is unknown.
    """
    widths = (math.prod(shape), *hidden)
    layers: list[nn.Module] = [nn.Flatten()]
    for inner, outer in pairwise(widths):
        layers += [nn.Linear(inner, outer), layer("mlp", activation)]
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(widths[-1], classes))
