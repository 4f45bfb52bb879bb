"""Network architectures: one a file, a function of the file's name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from landscapes.registry import definitions, unknown

if TYPE_CHECKING:
    import torch


def names() -> list[str]:
    """Names of all architectures in this folder."""
    return list(definitions("landscapes.models"))


def make(name: str, shape: tuple[int, ...], classes: int, **options: Any) -> Any:
    """A torch module by its architecture's name, with torch's own initialisation.

    Args:
        name: out of `names()`.
        shape: of one example, without the batch: `(channels, height, width)` or `(d,)`.
        classes: the number of outputs.
        **options: of that architecture.

    Raises:
        ValueError: the name is unknown.
    """
    if name not in names():
        raise unknown("model", name, names())
    module: Any = importlib.import_module(f"landscapes.models.{name}")
    made: torch.nn.Module = getattr(module, name)(shape, classes, **options)
    return made
