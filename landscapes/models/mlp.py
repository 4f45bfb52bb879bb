"""A multi-layer perceptron."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


def mlp(
    shape: tuple[int, ...],
    classes: int,
    hidden: tuple[int, ...] = (32,),
    activation: str = "tanh",
) -> nn.Module:
    """Fully connected layers with an activation between them.

    Args:
        shape: of one example.
        classes: the number of outputs.
        hidden: widths of the hidden layers.
        activation: `tanh`, `relu` or `gelu`.

    Raises:
        ValueError: the activation is unknown.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"`mlp` takes an activation of {', '.join(ACTIVATIONS)}, got "
            f"`{activation}`."
        )
    layers: list[nn.Module] = [nn.Flatten()]
    for inner, outer in pairwise((math.prod(shape), *hidden)):
        layers += [nn.Linear(inner, outer), ACTIVATIONS[activation]()]
    last = (math.prod(shape), *hidden)[-1]
    return nn.Sequential(*layers, nn.Linear(last, classes))
