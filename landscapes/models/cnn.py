"""A small convolutional network."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from landscapes.models.activations import activation as layer
from landscapes.models.activations import images_only


def cnn(
    shape: tuple[int, ...],
    classes: int,
    channels: tuple[int, ...] = (8, 16),
    activation: str = "relu",
) -> nn.Module:
    r"""Convolutions (3 x 3, padded, stride 2) with activations, then a linear layer.

    Each convolution halves the image; there is no pooling, which is slow for many
    networks at once. Source: Springenberg et al., arXiv 1412.6806.

    Args:
        shape: of one image, `(channels, height, width)`.
        classes: the number of outputs.
        channels: of the convolutions.
        activation: `relu`, `tanh` or `gelu`.

    Raises:
        ValueError: the examples are no images; the activation is unknown.
    """
    images_only("cnn", shape)
    layers: list[nn.Module] = []
    height, width = shape[1:]
    for inner, outer in pairwise((shape[0], *channels)):
        convolution = nn.Conv2d(inner, outer, kernel_size=3, stride=2, padding=1)
        layers += [convolution, layer("cnn", activation)]
        height, width = (height + 1) // 2, (width + 1) // 2
    last = (shape[0], *channels)[-1] * height * width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(last, classes))
