"""Numbers are checked once, where they enter a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from math import inf
from typing import Any

import numpy as np

from theory.method import Method, allowed


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def _refuse(name: str, value: Any, rule: str, good: Callable) -> None:
    array = np.asarray(np.nan) if value is None else _array(value)
    if array.dtype != object and not np.all(good(array)):
        worst = value if value is None else array[~good(array)].flat[0]
        raise ValueError(f"{name} must be {rule}, got {worst}.")


def at_edge(method: Method, **positive: Any) -> None:
    """Refuses learning rates <= 0 and hyperparameters out of range, in one line.

    Symbols (anything that is not a number) pass.

    Raises:
        ValueError: names the thing, the rule and the offending value.
    """
    for name, value in positive.items():
        _refuse(name, value, "finite and > 0", lambda a: np.isfinite(a) & (a > 0))
    for spec in fields(method):
        value, limits = getattr(method, spec.name), spec.metadata
        if isinstance(value, Method):
            at_edge(value)
        elif "low" in limits and not limits["static"]:
            low, high = limits["low"], limits["high"]
            rule = f"in [{low:g}, {high:g}]" if high < inf else "finite"
            if -inf < low and high == inf:
                rule = f"finite and >= {low:g}"
            _refuse(spec.name, value, rule, lambda a, spec=spec: allowed(spec, a))


def at_step(method: Method, eta: Any) -> None:
    """The same for the values a schedule gives at one step; it may stand still.

    Raises:
        ValueError: names the thing, the rule and the offending value.
    """
    at_edge(method)
    _refuse("eta", eta, "finite and >= 0", lambda a: np.isfinite(a) & (a >= 0))


def require(name: str, value: np.ndarray, kept: np.ndarray, rule: str) -> None:
    """Refuses numbers that break a rule, or are not finite."""
    kept = kept & np.isfinite(value)
    if not kept.all():
        bad = np.broadcast_to(value, kept.shape)[~kept].flat[0]
        raise ValueError(f"{name} must be finite and {rule}, got {bad:g}.")
