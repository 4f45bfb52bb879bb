"""What a network is given to learn, looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from landscapes.architecture import Architecture
from landscapes.losses import each as losses_of


def tensors(name: str, X: Any, y: Any, like: torch.Tensor) -> tuple[Any, Any]:
    """Examples and targets beside a parameter: of its device and, if real, its dtype.

    Raises:
        ValueError: their numbers differ, there are none, or one is not finite.
    """
    X, y = (torch.as_tensor(each).to(like.device) for each in (X, y))
    if X.ndim < 1 or y.ndim < 1 or len(X) != len(y) or not len(X):
        raise ValueError(
            f"`{name}` takes as many targets as examples, at least one, got "
            f"{tuple(y.shape)} for {tuple(X.shape)}."
        )
    if not y.is_floating_point() and y.dtype != torch.bool:
        y = y.long()
    for what, each in (("examples", X), ("targets", y)):
        if each.is_floating_point() and not each.isfinite().all():
            count = int((~each.isfinite()).sum())
            raise ValueError(
                f"`{name}` takes finite numbers, got {count} among its {what} that "
                "are not."
            )
    real = [each.to(like) if each.is_floating_point() else each for each in (X, y)]
    return real[0], real[1]


def fit(name: str, made: Architecture, X: Any, y: Any, loss: str | Callable) -> None:
    """Refuses targets that do not fit the outputs, and losses that are no losses.

    Raises:
        ValueError: labels are no integers or out of range, targets have another shape
            than the outputs, or the loss does not give one number a sample.
    """
    few = slice(0, 2)
    with torch.no_grad():
        own = [p.detach() for p in made.parameters.values()]
        outputs = made.call(own, X[few])
    if not isinstance(outputs, torch.Tensor) or outputs.shape[:1] != X[few].shape[:1]:
        got = tuple(getattr(outputs, "shape", ())) or type(outputs).__name__
        raise ValueError(f"`{name}` takes a module that gives (n, c), got {got}.")
    if not callable(loss):
        _targets(name, y, outputs, loss)
    with torch.no_grad():
        losses = losses_of(loss, outputs, y[few])
    if not isinstance(losses, torch.Tensor) or losses.shape != outputs.shape[:1]:
        got = tuple(getattr(losses, "shape", ()))
        raise ValueError(
            f"`{name}` takes a loss that gives one number a sample, shape (b,), as "
            f'with reduction="none"; got shape {got} for b = {len(outputs)}.'
        )


def _targets(name: str, y: torch.Tensor, outputs: torch.Tensor, loss: str) -> None:
    """Refuses what a loss of this folder cannot take."""
    count = outputs.shape[-1]
    if y.is_floating_point() and loss == "square":
        if y.shape[1:] != outputs.shape[1:]:
            raise ValueError(
                f"`{name}` takes targets of the outputs' shape (n, {count}), got "
                f"{tuple(y.shape)}."
            )
        return
    if y.is_floating_point() or y.dtype == torch.bool or y.ndim != 1:
        raise ValueError(
            f"`{name}` takes labels (n,) of whole numbers for the loss `{loss}`, got "
            f"{y.dtype} of shape {tuple(y.shape)}."
        )
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= count:
        raise ValueError(
            f"`{name}` takes labels from 0 to {count - 1}, got {low} to {high}."
        )
