"""Grids of learning rate and radius, as cells around their levels."""

from __future__ import annotations

import numpy as np
import xarray

from figures.regimes.outcomes import edges

NARROW = 1.6  # columns' width of a method without radius


def ran(at: xarray.Dataset) -> np.ndarray:
    """The levels of the radius that a method was run at: others are NaN, none is 0."""
    return np.flatnonzero(np.nan_to_num(at.rho.values) > 0)


def levels(at: xarray.Dataset) -> np.ndarray:
    """The same; the first where a method has no radius."""
    found = ran(at)
    return found if found.size else np.array([0])


def cells(at: xarray.Dataset, values: xarray.DataArray) -> np.ndarray:
    """What is known of each cell of one method, `(eta, rho)`."""
    ordered = values.transpose("eta_level", "rho_level").values
    return ordered[:, levels(at)].astype(float)


def ends(at: xarray.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """The cells' ends in rho and in eta; one method without radius has one column."""
    rho = at.rho.values[ran(at)]
    return edges(rho if rho.size else np.ones(1)), edges(at.eta.values)


def widths(dataset: xarray.Dataset, labels: list[str]) -> list[float]:
    """How wide the panels are, one a method."""
    counts = (dataset.rho > 0).sum("rho_level")
    most = counts.max([dim for dim in counts.dims if dim != "algorithm"])
    return [max(float(most.sel(algorithm=label)), NARROW) for label in labels]
