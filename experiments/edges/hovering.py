"""Where training settled: means over its last quarter, intervals over the seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from scipy import stats

LAST = 4  # the last quarter of the checks


@dataclass(frozen=True)
class Mean:
    """A mean over seeds with its 95 % interval by Student's t, and their number."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """`1.013 (1.008 to 1.018)`; without an interval where there are no two."""
        if self.count < 2:
            return f"{self.value:.3f}" if self.count else "-"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def mean(values: xarray.DataArray, level: float = 0.95) -> Mean:
    """Over seeds; each seed's own mean over all else comes first, NaN left out.

    Args:
        values: with the dimension `seed`.
        level: of the interval.
    """
    rest = [dim for dim in values.dims if dim != "seed"]
    numbers = values.mean(rest).values
    numbers = numbers[np.isfinite(numbers)]
    n = len(numbers)
    if n < 2:
        value = float(numbers[0]) if n else np.nan
        return Mean(value, np.nan, np.nan, n)
    value, error = numbers.mean(), numbers.std(ddof=1) / np.sqrt(n)
    width = stats.t.ppf((1 + level) / 2, n - 1) * error
    return Mean(float(value), float(value - width), float(value + width), n)


def late_part(values: xarray.DataArray) -> xarray.DataArray:
    """The mean over the last quarter of the checks, NaN for runs that diverged."""
    checks = values.sizes["check"]
    return values.isel(check=slice(checks - max(1, checks // LAST), None)).mean(
        "check", skipna=False
    )


def top(part: xarray.Dataset) -> xarray.DataArray:
    """The largest eigenvalue."""
    return part.sharpness.isel(top=0)


def over(part: xarray.Dataset, edge: str) -> xarray.DataArray:
    """The largest eigenvalue over an edge, in the last quarter, run by run.

    Args:
        part: of one data set.
        edge: `edge`, `edge_measured_gamma`, or `gd` for 2/eta.
    """
    return late_part(top(part) / (2 / part.eta if edge == "gd" else part[edge]))


def flattening(part: xarray.Dataset) -> xarray.DataArray:
    """The largest eigenvalue at last over GD's, same rate and seed, run by run."""
    own = late_part(top(part))
    return own / own.sel(algorithm="GD").isel(rho_level=0, drop=True)


def reached(
    part: xarray.Dataset, edge: str = "edge_measured_gamma"
) -> xarray.DataArray:
    """Whether the largest eigenvalue came to the edge in the second half."""
    half = part.isel(check=slice(part.sizes["check"] // 2, None))
    return ((top(half) / half[edge]) >= 1).any("check")
