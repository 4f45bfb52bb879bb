"""Comparisons of methods on the same seeds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import special

LEVEL = 0.05  # the chance that any interval of one family misses
# Whom a method is compared with: all with SGD, those that are scaled with those that
# are not. The first column is written GD; on mini-batches it is SGD.
VERSUS = ("GD", "SAM", "USAM")
OTHERS = {"SSAM": ("SAM", "USAM"), "SSAM-N": ("SAM",)}

# By the name of a column: which method is compared with which.
Pairs = dict[str, dict[str, str]]


def comparisons(labels: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs (method, other) that are compared, among these methods."""
    named = list(labels)
    return [
        (label, other)
        for label in named
        for other in VERSUS
        if label != other and other in named and other in ("GD", *OTHERS.get(label, ()))
    ]


def columns(labels: Iterable[str]) -> Pairs:
    """`comparisons`, by the column that they stand in."""
    pairs = comparisons(labels)
    return {
        other: {label: base for label, base in pairs if base == other}
        for other in VERSUS
    }


def interval(
    differences: np.ndarray, family: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean of paired differences, and its interval by Student's t.

    Args:
        differences: one a seed along the last axis, at least 2; where one is NaN, so
            is the answer.
        family: how many intervals together miss with the chance `LEVEL`, at most
            (Bonferroni).

    Returns:
        Mean, low and high, each without the last axis.
    """
    n = differences.shape[-1]
    mean = differences.mean(axis=-1)
    error = differences.std(axis=-1, ddof=1) / np.sqrt(n)
    half = special.stdtrit(n - 1, 1 - LEVEL / (2 * family)) * error
    return mean, mean - half, mean + half
