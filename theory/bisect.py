"""Bisection of a threshold, many at once, as a bracket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from theory.interval import Interval, bracket


def bisect(
    holds: Callable[[np.ndarray], Any], low: Any, high: Any, rtol: float
) -> Interval:
    """Brackets where something ceases to hold between `low` and `high`.

    Every threshold is halved until its bracket is narrow; `holds` is only ever asked
    about all of them together.

    Args:
        holds: true or false at parameters `(...)`, elementwise.
        low: where it holds, `(...)`.
        high: where it does not (may be the smaller number of the two), `(...)`.
        rtol: width of the bracket over its larger end.

    Returns:
        The brackets, `(...)`: at one end it was seen to hold, at the other not to.

    Raises:
        ValueError: it does not hold at `low` or holds at `high`, so that nothing says
            there is a threshold between; or rtol is below 1e-15.
    """
    if not rtol >= 1e-15:
        raise ValueError(f"`bisect` takes rtol >= 1e-15, got {rtol}.")
    low, high = (v.copy() for v in np.broadcast_arrays(*map(_floats, (low, high))))
    for name, end, wanted in (("low", low, True), ("high", high, False)):
        wrong = np.asarray(holds(end), dtype=bool) != wanted
        if wrong.any():
            said = "must hold" if wanted else "must not hold"
            first = np.broadcast_to(end, wrong.shape)[wrong].flat[0]
            raise ValueError(
                f"`bisect`: the condition {said} at `{name}`, but at {first:.6g} it "
                f"does{' not' if wanted else ''} ({wrong.sum()} of {wrong.size})."
            )
    while np.any(np.abs(high - low) > rtol * np.maximum(np.abs(low), np.abs(high))):
        middle = (low + high) / 2
        below = np.asarray(holds(middle), dtype=bool)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return bracket(np.minimum(low, high), np.maximum(low, high))


def _floats(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float)
