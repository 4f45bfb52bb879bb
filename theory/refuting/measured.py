"""The ratio of a step: the method's one definition, run on a function."""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.iterate import iterate
from theory.method import Method


def measured(
    method: Method,
    landscape: Any,
    points: Any,
    eta: float,
    measure: str = "distance",
    steps: int = 1,
    radius: float | None = None,
) -> float:
    r"""The ratio of `worst_case`, by running the method; the minimiser is the origin.

    Args:
        method: whose step it is.
        landscape: the function.
        points: one start, or a pair's two, `(n, d)`.
        eta: learning rate.
        measure: `distance`, `pair` or `descent`.
        steps: how many.
        radius: R, of methods with normalised ascent.
    """
    x = np.asarray(points, dtype=float)
    *_, last = iterate(landscape, method, x, eta, steps)
    if measure == "descent":
        return _descent(landscape, x[0], last.x[0], radius)
    start, end = (p[-1] - p[0] if len(p) > 1 else p[0] for p in (x, last.x))
    least = max(start @ start, (radius or 0.0) ** 2)
    grown = (end - start) @ (end + start) - (least - start @ start)
    return float(np.sqrt(max(1 + grown / least, 0.0)))


def _descent(f: Any, start: np.ndarray, end: np.ndarray, radius: float | None) -> float:
    before, after = f.value(start), f.value(end)
    if f.constants["mu"] < 0:
        g = f.gradient(start)
        return float((after - before) / (g @ g))
    lowest = f.value(np.zeros_like(start))
    floor = f.constants["beta"] * (radius or 0.0) ** 2 / 2
    return float((after - lowest) / max(before - lowest, floor))
