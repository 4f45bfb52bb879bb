"""Where training settled: means over its last quarter, intervals over the seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from scipy import special

LAST = 4  # the last quarter of the checks
LEVEL = 0.95  # of the intervals
# Edges at a measured |g| (SAM) or |g| / |d'| (the renormalised methods): a mode that
# bounces with a factor of -1 meets them at whatever curvature.
MEETS_ITSELF = {"edge": ("SAM",), "edge_measured_gamma": ("SAM", "SSAM", "SSAM-N")}


@dataclass(frozen=True)
class Mean:
    """A mean over seeds with its 95 % interval by Student's t.

    Args:
        value: the mean; NaN of no seeds.
        half: half the interval's width; NaN below two seeds.
        count: of seeds.
    """

    value: float
    half: float
    count: int

    def __str__(self) -> str:
        """`1.013 ± 0.005`, and - where nothing is known."""
        if not self.count:
            return "-"
        return f"{self.value:.3f} ± {self.half:.3f}" if self.count > 1 else "one seed"


def mean(values: xarray.DataArray) -> Mean:
    """Over seeds, of each seed's mean over all else.

    A cell (a rate, say) that is NaN for a seed is left out for all, so that all seeds
    are averaged over the same cells; where there is only one, seeds are left out.

    Args:
        values: with the dimension `seed`.
    """
    cells = [dim for dim in values.dims if dim != "seed"]
    own = (complete(values) if cells else values).mean(cells).values
    own = own[np.isfinite(own)]
    n = len(own)
    if n < 2:
        return Mean(float(own[0]) if n else np.nan, np.nan, n)
    half = special.stdtrit(n - 1, (1 + LEVEL) / 2) * own.std(ddof=1) / np.sqrt(n)
    return Mean(float(own.mean()), float(half), n)


def complete(values: xarray.DataArray) -> xarray.DataArray:
    """NaN for all seeds where it is NaN for one."""
    return values.where(values.notnull().all("seed"))


def between(values: xarray.DataArray) -> tuple[float, float]:
    """The least and the largest of the cells' means over seeds, of complete cells."""
    cells = complete(values).mean("seed", skipna=False)
    return float(cells.min()), float(cells.max())


def last(values: xarray.DataArray, before: int = 0) -> xarray.DataArray:
    """The mean over the last quarter of the checks; NaN for runs that diverged.

    Args:
        values: with the dimension `check`.
        before: so many quarters earlier.
    """
    checks = values.sizes["check"]
    size = max(1, checks // LAST)
    end = checks - before * size
    return values.isel(check=slice(end - size, end)).mean("check", skipna=False)


def top(part: xarray.Dataset) -> xarray.DataArray:
    """The largest eigenvalue."""
    return part.sharpness.isel(top=0)


def over(part: xarray.Dataset, edge: str) -> xarray.DataArray:
    """The largest eigenvalue over an edge, in the last quarter, run by run.

    Args:
        part: of one data set.
        edge: `edge`, `edge_measured_gamma`, or `gd` for 2/eta.
    """
    return last(top(part) / (2 / part.eta if edge == "gd" else part[edge]))


def trend(part: xarray.Dataset) -> xarray.DataArray:
    """The largest eigenvalue in the last quarter over that in the third."""
    return last(top(part)) / last(top(part), before=1)


def flattening(part: xarray.Dataset) -> xarray.DataArray:
    """The largest eigenvalue over GD's at the same rate and seed, run by run."""
    own = last(top(part))
    return own / own.sel(algorithm="GD").isel(rho_level=0, drop=True)


def reached(part: xarray.Dataset) -> xarray.DataArray:
    r"""Whether the eigenvalue was at or above `edge` at any check of the second half.

    $2/\eta$ for GD, SSAM, SSAM-N; never one at a measured $\gamma$.
    """
    half = part.isel(check=slice(part.sizes["check"] // 2, None))
    return (top(half) >= half.edge).any("check")


def meets_itself(name: str, edge: str) -> bool:
    """Whether an edge takes a measured number that a bouncing mode sets itself.

    Then the eigenvalue over it is near 1 at any curvature, and no evidence.

    Args:
        name: of a method; whatever follows a blank is left out.
        edge: as in `over`.
    """
    return name.partition(" ")[0] in MEETS_ITSELF.get(edge, ())
