"""Options of jobs: in range, and in Python's own kinds, of which manifests are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


def put_grids(job: Any) -> None:
    """Learning rates `eta` > 0 and radii `rho` >= 0 as rising tuples of floats.

    Raises:
        ValueError: there is none, one is out of range, or they do not rise.
    """
    _put_grid(job, "eta", "> 0", lambda v: v > 0)
    _put_grid(job, "rho", ">= 0", lambda v: v >= 0)


def _put_grid(job: Any, name: str, rule: str, good: Callable[[float], bool]) -> None:
    values = tuple(float(v) for v in getattr(job, name))
    if not values:
        raise ValueError(f"the grid of {name} needs a value, got none.")
    for value in values:
        if not (math.isfinite(value) and good(value)):
            raise ValueError(f"{name} must be finite and {rule}, got {value:g}.")
    for before, value in zip(values, values[1:], strict=False):
        if not before < value:
            raise ValueError(
                f"the grid of {name} must rise, got {value:g} after {before:g}."
            )
    object.__setattr__(job, name, values)


def put_whole(job: Any, **least: int) -> None:
    """Whole numbers, each with its least value.

    Raises:
        ValueError: one is smaller.
    """
    for name, low in least.items():
        value = int(getattr(job, name))
        if value < low:
            raise ValueError(f"{name} must be >= {low}, got {value}.")
        object.__setattr__(job, name, value)


def file_word(spec: str) -> str:
    """A command-line name within that of a file."""
    return spec.lower().translate(str.maketrans(dict.fromkeys(":@/=,", "-")))
