"""Losses of a network's outputs, sample by sample or their mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from landscapes.registry import unknown


def cross_entropy(outputs: Any, y: Any, reduction: str = "none") -> Any:
    """Of logits `(b, c)` and labels `(b,)`: `(b,)`, or `()` with reduction `mean`."""
    return nn.functional.cross_entropy(outputs, y, reduction=reduction)


def square(outputs: Any, y: Any, reduction: str = "none") -> Any:
    r"""$\frac12\|z - y\|^2$, labels as unit vectors: `(b,)`, or their mean."""
    if not y.is_floating_point():
        y = (y[:, None] == torch.arange(outputs.shape[-1], device=y.device)).to(outputs)
    losses = ((outputs - y) ** 2).sum(-1) / 2
    return losses.mean() if reduction == "mean" else losses


LOSSES = {"cross_entropy": cross_entropy, "square": square}


def known(loss: str | Callable) -> None:
    """Refuses a loss that is neither a function nor a name.

    Raises:
        ValueError: the name is unknown.
    """
    if not callable(loss) and loss not in LOSSES:
        raise unknown("loss", loss, LOSSES)


def each(loss: str | Callable, outputs: Any, y: Any) -> Any:
    """The loss of every sample, `(b,)`, by its name or a user's own function."""
    return loss(outputs, y) if callable(loss) else LOSSES[loss](outputs, y)


def mean(loss: str | Callable, outputs: Any, y: Any) -> Any:
    """Their mean, `()`."""
    if callable(loss):
        return loss(outputs, y).mean()
    return LOSSES[loss](outputs, y, "mean")
