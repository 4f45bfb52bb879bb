"""Bisection of a threshold, many at once, as a bracket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from theory.interval import Interval, bracket


def bisect(
    holds: Callable[[np.ndarray], Any],
    low: Any,
    high: Any,
    rtol: float,
    parts: int = 2,
) -> Interval:
    """Brackets where something ceases to hold between `low` and `high`.

    Every bracket is halved until it is narrow; `holds` is only ever asked about all of
    them together.

    Args:
        holds: true or false at parameters `(...)`, elementwise.
        low: where it holds, `(...)`.
        high: where it does not (may be the smaller number of the two), `(...)`.
        rtol: width of the bracket over its larger end.
        parts: into how many a bracket is cut at once, the first at whose end it does
            not hold being kept. Above 2 `holds` is asked about parameters
            `(parts - 1, ...)`, which is faster where a call costs more than its size.

    Returns:
        The brackets, `(...)`: at one end it was seen to hold, at the other not to.

    Raises:
        ValueError: it does not hold at `low` or holds at `high`, so that nothing says
            there is a threshold between; or rtol is below 1e-15, or parts below 2.
    """
    if not (rtol >= 1e-15 and parts >= 2):
        raise ValueError(
            f"`bisect` takes rtol >= 1e-15 and parts >= 2, got {rtol} and {parts}."
        )
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
    low, high = (np.broadcast_to(end, wrong.shape) for end in (low, high))
    while np.any(np.abs(high - low) > rtol * np.maximum(np.abs(low), np.abs(high))):
        low, high = _narrower(holds, low, high, parts)
    return bracket(np.minimum(low, high), np.maximum(low, high))


def _narrower(holds: Callable, low: np.ndarray, high: np.ndarray, parts: int) -> tuple:
    """Of the parts of every bracket the first at whose end it does not hold."""
    if parts == 2:
        middle = (low + high) / 2
        below = np.asarray(holds(middle), dtype=bool)
        return np.where(below, middle, low), np.where(below, high, middle)
    share = np.arange(1, parts).reshape(-1, *[1] * low.ndim) / parts
    inner = low + share * (high - low)
    below = np.asarray(holds(inner), dtype=bool)
    ends = np.concatenate([low[None], inner, high[None]])
    below = np.concatenate([below, np.zeros_like(below[:1])])
    first = below.argmin(axis=0)[None]
    return tuple(np.take_along_axis(ends, first + i, 0)[0] for i in (0, 1))


def _floats(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float)
