"""Interval: a measured number, and between which numbers the truth must lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special


@dataclass(frozen=True, eq=False)
class Interval:
    """What was measured, with its limits; arrays of one shape `(...)`.

    Args:
        value: the best estimate.
        low: the truth is not below.
        high: the truth is not above.
    """

    value: Any
    low: Any
    high: Any


def exact(value: Any) -> Interval:
    """A number without error (an Interval stays what it is)."""
    if isinstance(value, Interval):
        return value
    value = np.asarray(value, dtype=float)
    return Interval(value, value, value)


def bracket(low: Any, high: Any) -> Interval:
    """A threshold known to lie between two numbers."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    return Interval((low + high) / 2, low, high)


def mean(samples: np.ndarray, level: float) -> Interval:
    """Confidence interval of a mean by Student's t.

    Args:
        samples: independent, along axis 0, at least 30.
        level: probability that the mean is outside.

    Raises:
        ValueError: there are fewer samples.
    """
    n = len(samples)
    if n < 30:
        raise ValueError(f"a confidence interval needs >= 30 samples, got {n}.")
    center = samples.mean(axis=0)
    error = samples.std(axis=0, ddof=1) / np.sqrt(n)
    width = special.stdtrit(n - 1, 1 - level / 2) * error
    return Interval(center, center - width, center + width)


def proportion(count: Any, runs: int, level: float) -> Interval:
    """Exact (Clopper-Pearson) confidence interval of a probability.

    Args:
        count: successes, `(...)`.
        runs: independent trials.
        level: probability that the truth is outside.
    """
    k = np.asarray(count, dtype=float)
    low = np.where(
        k > 0, special.betaincinv(np.maximum(k, 1), runs - k + 1, level / 2), 0
    )
    left = np.maximum(runs - k, 1)
    high = np.where(k < runs, special.betaincinv(k + 1, left, 1 - level / 2), 1)
    return Interval(k / runs, low, high)


def divided(measured: Interval, divisor: Any) -> Interval:
    """The interval divided by a positive number."""
    return Interval(
        *(
            np.asarray(v) / divisor
            for v in (measured.value, measured.low, measured.high)
        )
    )
