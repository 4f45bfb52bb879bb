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
    """Stages of convolution (3 x 3, padded), activation, mean of 2 x 2; a linear layer.

    Args:
        shape: of one image, `(channels, height, width)`; height and width at least
            2 to the number of stages.
        classes: the number of outputs.
        channels: of the stages.
        activation: `relu`, `tanh` or `gelu`.

    Raises:
        ValueError: the examples are no images, or too small; the activation is unknown.
    """
    images_only("cnn", shape)
    height, width = (side >> len(channels) for side in shape[1:])
    if not height * width:
        raise ValueError(
            f"`cnn` halves images {len(channels)} times: {tuple(shape)} is too small."
        )
    layers: list[nn.Module] = []
    for inner, outer in pairwise((shape[0], *channels)):
        convolution = nn.Conv2d(inner, outer, kernel_size=3, padding=1)
        layers += [convolution, layer("cnn", activation), nn.AvgPool2d(2)]
    last = (shape[0], *channels)[-1] * height * width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(last, classes))
