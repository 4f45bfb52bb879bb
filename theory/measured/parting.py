"""How far pairs of runs part, beside their bounds and SGD's: what the ledger asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from theory import kept
from theory.interval import Interval
from theory.measured import stability

EXPECTED = ("distance", "loss", "gap")


@lru_cache(maxsize=2)
def _fitted(folder: Path) -> xarray.Dataset:
    """The kept result's powers, with full batches."""
    return stability.exponents(stability.dataset().sel(batch=["all"]))


def cases(names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Measures, each with the problem, batch and method of every cell."""
    for name in names:
        cells = _cells(name, kept.KEPT)
        keys = ("problem", "batch", "algorithm")
        yield {"name": name} | {key: cells[key].values.astype(str) for key in keys}


@lru_cache(maxsize=8)
def _cells(name: str, folder: Path) -> xarray.Dataset:
    """Those with a bound that is not vacuous, along `cell`; means at the last look."""
    whole, only = stability.dataset(), True
    if name in EXPECTED:
        final = whole.times.notnull().sum("check") - 1
        sharp = whole.distance_bound < whole.trivial_bound
        only = sharp & (whole.batch != "all") & (whole.check == final)
    found = stability.judged(whole, name, only)
    flat = found.assign(chosen=found.within & ~found.vacuous).stack(
        cell=stability.CELL, create_index=False
    )
    return flat.isel(cell=np.flatnonzero(flat.chosen.values))


def surely(name: str, **cell: Any) -> np.ndarray:
    """The largest over neighbours and data sets, in every cell."""
    return _cells(name, kept.KEPT).value.values


def expected(name: str, **cell: Any) -> Interval:
    """Means over neighbours and data sets, in every cell."""
    found = _cells(name, kept.KEPT)
    return Interval(*(found[end].values for end in ("value", "low", "high")))


def bound(name: str, **cell: Any) -> np.ndarray:
    """Of the same cells."""
    return _cells(name, kept.KEPT).bound.values


def linear() -> Iterator[dict[str, str]]:
    """Each renormalised method."""
    return ({"method": method} for method in ("SSAM", "SSAM-N"))


def renormalised(method: str) -> np.ndarray:
    """Mean distances, one example a step: every problem, rate, look and data set.

    Of least squares and logistic regression.
    """
    found = stability.dataset()
    here = found.distance.isel(problem=found.model.isin(("square", "logistic")).values)
    return here.sel(algorithm=method, batch="1").values


def plain(method: str) -> np.ndarray:
    """SGD's, beside `renormalised`."""
    return renormalised("GD")


def sides(methods: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Each method, on the data sets and models that are linear."""
    found = stability.dataset()
    names = (
        stability.task_of(found)
        .values[~found.model.isin(stability.GROWN).values]
        .astype(str)
    )
    tasks = np.array(list(dict.fromkeys(names.tolist())))
    return ({"method": method, "task": tasks} for method in methods)


def farther(method: str, task: np.ndarray) -> Interval:
    """Geometric mean of the distance over SGD's, over all cells, after the last step.

    Cells are sizes, batches, learning rates and radii; the intervals, of all tasks
    together, are those of the mean over trials.
    """
    found = stability.dataset()
    end, task_of = stability.last(found, found.distance), stability.task_of(found)
    logs = np.log(end.sel(algorithm=method) / end.sel(algorithm="GD"))
    logs = logs.where(np.isfinite(logs)).groupby(task_of.rename("task"))
    mean = logs.mean(["problem", "batch", "eta_level", "rho_level"]).sel(task=task)
    return Interval(*(np.exp(v.values) for v in stability.interval(mean, len(task))))


def powers(key: str, method: str) -> Iterator[dict[str, Any]]:
    """One case: all powers of a method that are fitted, full batches."""
    return iter([{"key": key, "method": method}])


def power(key: str, method: str) -> Interval:
    """They, with their intervals."""
    fitted = _fitted(kept.KEPT).sel(algorithm=method)
    ends = [fitted[f"{key}{end}"].values.ravel() for end in ("", "_low", "_high")]
    known = np.isfinite(ends[0])
    return Interval(*(end[known] for end in ends))
