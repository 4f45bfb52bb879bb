"""Reduces: what a method becomes at an end of its hyperparameters, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Reduces:
    """One method that is another one.

    Tests run every reduction that is decided by hyperparameters alone.

    Args:
        to: the other's command-line name; it takes this one's radius. Or, where the
            other is not of the folder, what it is.
        at: hyperparameters at which it is.
        given: a condition, or a restriction, that is no hyperparameter; in words, with
            TeX between dollars.
        exact: bit for bit; else up to rounding.
    """

    to: str
    at: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""
    exact: bool = True
