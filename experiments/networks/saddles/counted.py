"""Runs at saddles counted: shares with intervals, and cells that agree with theory."""

from __future__ import annotations

import xarray

from experiments.text import percent
from theory.share import wilson


def as_told(part: xarray.Dataset) -> tuple[int, int]:
    """Cells that agree with T6 to T9, and those of which they speak."""
    teeth = part.predicted_high - part.predicted_low < 0.95
    meets = (part.stayed_high >= part.predicted_low - 1e-12) & (
        part.stayed_low <= part.predicted_high + 1e-12
    )
    return int((teeth & meets).sum()), int(teeth.sum())


def as_quadratic(part: xarray.Dataset) -> tuple[int, int]:
    """Cells whose share that stays is about the quadratic's, and all that have one."""
    off = abs(part.stayed - part.quadratic_stayed)
    return int((off <= 0.25).sum()), int(off.notnull().sum())


def stays(dataset: xarray.Dataset, method: str, cells: xarray.DataArray) -> str:
    """The share of runs that stay in some cells, with its interval."""
    part = dataset.stayed.sel(algorithm=method).where(cells)
    count = int(part.notnull().sum()) * dataset.attrs["starts"]
    good = round(float(part.sum()) * dataset.attrs["starts"])
    return words(good / count, *wilson(good, count)) if count else "none"


def free(dataset: xarray.Dataset) -> xarray.DataArray:
    """Cells (data, saddle, eta, start) from which GD leaves downwards, all of it."""
    gd = dataset.escaped.sel(algorithm="GD", drop=True).isel(rho_level=0, drop=True)
    return gd == 1


def interval(hits: xarray.DataArray, runs: xarray.DataArray, of: int = 1) -> str:
    """A share and its interval, of several: together they hold in 95 %."""
    good, count = round(float(hits.sum())), int(runs.sum())
    return words(good / count, *wilson(good, count, 1 - 0.05 / of))


def words(share: float, low: float, high: float) -> str:
    """`12% (8.1-17.2)`."""
    return f"{percent(share)} ({100 * max(low, 0):.1f}-{100 * high:.1f})"
