"""Where networks settled beside their edges, cell by cell, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray

from theory.interval import Interval
from theory.measured import hovering, keeping
from theory.measured.departing import at_first
from theory.measured.reading import dataset

EXPERIMENT = "edge_of_stability"
# In the notes of every row that reads it.
SETTING = (
    "tanh MLPs, square loss, 1000 images of digits and of Fashion-MNIST, full batch, "
    "five seeds, three rates and radii; means over the last quarter and the rates, "
    "95 % intervals, each by itself. "
)


def cases(methods: tuple[str, ...], late: bool = False) -> Iterator[dict[str, Any]]:
    """Every data set, method and radius.

    Args:
        methods: labels.
        late: of those that are switched to, late.
    """
    whole = dataset(EXPERIMENT)
    axis, rho = ("late_algorithm", "late_rho") if late else ("algorithm", "rho")
    for data in whole.data.values:
        for name in methods:
            label = f"GD>{name}" if late else name
            radii = whole[rho].sel({"data": data, axis: label})
            for value in radii.values[np.isfinite(radii.values)]:
                yield {"data": str(data), "method": name, "rho": float(value)}


def settled(data: str, method: str, rho: float, edge: str = "edge") -> Interval:
    """The largest eigenvalue over an edge, of `hovering.over`."""
    return _interval(hovering.mean(hovering.over(_own(data, method, rho), edge)))


def flatter(data: str, method: str, rho: float) -> Interval:
    """The largest eigenvalue over GD's at the same rate and seed."""
    part, level = dataset(EXPERIMENT).sel(data=data), _level(data, method, rho)
    found = hovering.flattening(part).sel(algorithm=method).isel(rho_level=level)
    return _interval(hovering.mean(found))


def share(data: str, method: str, rho: float) -> Interval:
    """How much of the plain method's flattening the renormalised one keeps."""
    part, level = dataset(EXPERIMENT).sel(data=data), _level(data, method, rho)
    return _interval(keeping.kept(part, method, level).share)


def growth(data: str, method: str, rho: float) -> np.ndarray:
    r"""Of $\ln$ of the gradient along $v_1$ a step, right after the switch, `(n,)`."""
    return _rising(data, method, rho, at_first)


def growth_predicted(data: str, method: str, rho: float) -> np.ndarray:
    r"""$\ln|1 - \eta\lambda(1 + r\lambda)|$ at the switch, where positive, `(n,)`."""
    return _rising(data, method, rho, lambda own: own.late_growth_predicted)


def landed(data: str, method: str, rho: float) -> Interval:
    """The largest eigenvalue after the switch, over that of GD going on."""
    gd = _late(data, "GD", 0.0)
    end = _late(data, method, rho).late_sharpness / gd.late_sharpness
    return _interval(hovering.mean(end.isel(top=0, late_check=-1)))


def _level(data: str, method: str, rho: float) -> int:
    radii = dataset(EXPERIMENT).rho.sel(data=data, algorithm=method)
    return int(np.flatnonzero(radii.values == rho)[0])


def _own(data: str, method: str, rho: float) -> xarray.Dataset:
    part = dataset(EXPERIMENT).sel(data=data, algorithm=method)
    return part.isel(rho_level=_level(data, method, rho))


def _late(data: str, method: str, rho: float) -> xarray.Dataset:
    part = dataset(EXPERIMENT).sel(data=data, late_algorithm=f"GD>{method}")
    return part.isel(rho_level=int(np.flatnonzero(part.late_rho.values == rho)[0]))


def _rising(data: str, method: str, rho: float, what: Any) -> np.ndarray:
    own = _late(data, method, rho)
    return what(own).values[own.late_growth_predicted.values > 0].astype(float)


def _interval(mean: hovering.Mean) -> Interval:
    return Interval(mean.value, mean.value - mean.half, mean.value + mean.half)
