"""What seeds say together: a mean, its interval, and which of them diverged."""

from __future__ import annotations

import numpy as np
import xarray
from scipy import special

LEVEL = 0.95  # probability that the mean lies within the interval
DIVERGED = {"marker": "x", "color": "black", "ms": 4.5, "mew": 1.2, "ls": ""}


def interval(values: xarray.DataArray) -> tuple[xarray.DataArray, xarray.DataArray]:
    """Mean over the seeds that are finite, and half of Student's interval.

    Args:
        values: `(..., seed)`.

    Returns:
        Means and half-widths `(...)`; a half-width is NaN for fewer than two seeds.
    """
    values = values.where(np.isfinite(values))
    n = values.count("seed")
    degrees = (n - 1).where(n > 1)
    width = special.stdtrit(degrees, (1 + LEVEL) / 2)
    deviation = values.std("seed", ddof=1, skipna=True).where(n > 1)
    return values.mean("seed"), width * deviation / np.sqrt(n)


def diverged(dataset: xarray.Dataset) -> xarray.DataArray:
    """Whether a run diverged; the variable holds when, or -1."""
    return dataset.diverged >= 0
