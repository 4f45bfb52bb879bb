"""What stands between the layers of a model, by its name."""

from __future__ import annotations

from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


def activation(model: str, name: str) -> nn.Module:
    """A new layer.

    Args:
        model: whose, for the message.
        name: `tanh`, `relu` or `gelu`.

    Raises:
        ValueError: the name is unknown.
    """
    if name not in ACTIVATIONS:
        raise ValueError(
            f"`{model}` takes an activation of {', '.join(ACTIVATIONS)}, got `{name}`."
        )
    return ACTIVATIONS[name]()


def images_only(model: str, shape: tuple[int, ...]) -> None:
    """Refuses examples that are no images."""
    if len(shape) != 3:
        raise ValueError(
            f"`{model}` takes images (channels, height, width), got {tuple(shape)}."
        )
