"""Pairs of runs on neighbouring data sets beside their bounds, and how they grow."""

from __future__ import annotations

import numpy as np
import xarray
from scipy.special import stdtrit

from theory.measured import reading

EXPERIMENT = "stability"
LEVEL = 0.05  # the chance that any interval of one family misses
CELL = ("problem", "batch", "algorithm", "eta_level", "rho_level", "check")
GROWN = ("mlp",)  # models whose bound is an estimate of one that is vacuous
BOUND = {
    "distance": "distance_bound",
    "farthest": "distance_bound",
    "loss": "loss_bound",
    "worst_loss": "loss_bound",
    "gap": "loss_bound",
}
SURELY = ("farthest", "worst_loss")  # of all neighbours: bounded with full batches
LATE = 4  # looks over which the growth in T is fitted


def dataset() -> xarray.Dataset:
    """The kept result.

    Raises:
        Unkept: there is none.
    """
    return reading.dataset(EXPERIMENT)


def interval(values: xarray.DataArray, family: int = 1) -> tuple[xarray.DataArray, ...]:
    """Mean over the trials, low and high, by Student's t; NaN where a trial is.

    Args:
        values: one a trial, at least 2.
        family: how many intervals together miss with the chance `LEVEL`, at most.
    """
    n = values.sizes["trial"]
    mean = values.mean("trial", skipna=False)
    error = values.std("trial", ddof=1, skipna=False) / np.sqrt(n)
    half = stdtrit(n - 1, 1 - LEVEL / (2 * family)) * error
    return mean, mean - half, mean + half


def once(found: xarray.Dataset) -> xarray.DataArray:
    """Which cells count: a method without a radius stands at every level."""
    first = xarray.DataArray(np.arange(found.sizes["rho_level"]) == 0, dims="rho_level")
    return first | (found.rho > 0)


def judged(
    found: xarray.Dataset, name: str, only: xarray.DataArray | bool = True
) -> xarray.Dataset:
    """A measure beside its bound, in every cell where one is known.

    Args:
        found: the result.
        name: a key of `BOUND`. Those of `SURELY` hold for the largest over neighbours
            and data sets, with all samples in each step; the others are expectations.
        only: the cells that are asked about.

    Returns:
        `value`, `low`, `high` (intervals of all cells together), `bound`, the quotient
        `share`, and truth values `within` (a bound is known), `vacuous` (it is, and is
        no better than the trivial one), `below` and `above`, `(*CELL)`.
    """
    bound = found[BOUND[name]]
    trivial = found.trivial_bound
    if BOUND[name] == "loss_bound":
        trivial = trivial * found.lipschitz
    within = np.isfinite(bound) & once(found) & ~found.model.isin(GROWN) & only
    if name in SURELY:
        within = within & (found.batch == "all")
        value = low = high = found[name]
    else:
        value, low, high = interval(found[name], max(int(within.sum()), 1))
    within = within & value.notnull()
    slack = 1 + 1e-9  # rounding
    return xarray.Dataset(
        {
            "value": value,
            "low": low,
            "high": high,
            "bound": bound,
            "share": (value / bound).where(within),
            "within": within,
            "vacuous": within & (bound >= trivial),
            "below": within & (high <= bound * slack),
            "above": within & (low > bound * slack),
        }
    ).transpose(*CELL)


def against(found: xarray.Dataset, other: str = "GD") -> xarray.Dataset:
    """How far a method parts over how far another does, at equal eta, in pairs.

    On the same data sets, neighbours and mini-batches, after the last step. Means are
    geometric, intervals of all cells of a problem together.

    Returns:
        `ratio`, `low`, `high`, `(problem, batch, algorithm, eta_level, rho_level)`; 1
        exactly where both are the same to rounding.
    """
    end = last(found, found.distance)
    reference = end.sel(algorithm=other, drop=True)
    with np.errstate(all="ignore"):
        logs = np.log(end / reference).where(once(found) & (end.algorithm != other))
    logs = logs.where((np.abs(logs) > 1e-9) | logs.isnull(), 0.0)
    cells = [found.sizes[dim] for dim in CELL[1:-1]]
    ends = (np.exp(each) for each in interval(logs, int(np.prod(cells))))
    return xarray.Dataset(dict(zip(("ratio", "low", "high"), ends, strict=True)))


def last(found: xarray.Dataset, values: xarray.DataArray) -> xarray.DataArray:
    """After the last step; problems differ in how many there are."""
    final = found.times.notnull().sum("check") - 1
    return values.isel(check=final.astype(int)).drop_vars("check", errors="ignore")


def exponents(found: xarray.Dataset, name: str = "distance") -> xarray.Dataset:
    """Powers with which a measure grows, fitted to its logarithm, with intervals.

    By trial: in T over the last looks, in eta up to 1/beta, in rho over its levels,
    cells `(problem, batch, algorithm, ...)`; in n over the sizes of a data set and
    model, `(task, batch, algorithm, eta_level, rho_level)`.

    Returns:
        `T`, `eta`, `rho`, `n`, each with `_low` and `_high`: 95 %, one by one.
    """
    with np.errstate(all="ignore"):
        logs = np.log(found[name]).where(np.isfinite(np.log(found[name])))
        logs = logs.where(once(found))
        told = {"T": _in_time(found, logs)}
    end = last(found, logs)
    slow = found.eta_level <= 1
    if int(slow.sum()) > 1:
        eta = end.sel(eta_level=found.eta_level[slow])
        told["eta"] = slope(eta, np.log(eta.eta_level), "eta_level")
    positive = found.rho_level > 0
    if int(positive.sum()) > 1:
        rho = end.sel(rho_level=found.rho_level[positive])
        told["rho"] = slope(rho, np.log(rho.rho_level), "rho_level")
    sizes = _in_samples(found, end)
    made = {}
    for key, values in (told | sizes).items():
        ends = interval(values)
        made |= dict(zip((key, f"{key}_low", f"{key}_high"), ends, strict=True))
    return xarray.Dataset(made)


def _in_time(found: xarray.Dataset, logs: xarray.DataArray) -> xarray.DataArray:
    """Over the last looks of each problem."""
    final = found.times.notnull().sum("check") - 1
    late = (found.check > final - LATE) & found.times.notnull()
    return slope(logs.where(late), np.log(found.times).where(late), "check")


def slope(y: xarray.DataArray, x: xarray.DataArray, dim: str) -> xarray.DataArray:
    """Least squares; NaN where fewer than two values are."""
    both = y.notnull() & x.notnull()
    x, y = x.where(both), y.where(both)
    dx, dy = x - x.mean(dim), y - y.mean(dim)
    squares = (dx * dx).sum(dim)
    return (dx * dy).sum(dim).where(squares > 0) / squares.where(squares > 0)


def task_of(found: xarray.Dataset) -> xarray.DataArray:
    """Data set and model of every problem, in a word."""
    return found.data.astype(object) + " " + found.model.astype(object)


def _in_samples(
    found: xarray.Dataset, end: xarray.DataArray
) -> dict[str, xarray.DataArray]:
    """The power of n, of tasks that have several sizes; their data sets are nested."""
    task, rows = task_of(found), []
    for name in dict.fromkeys(task.values.tolist()):
        here = end.sel(problem=(task == name).values)
        sizes = found.n.sel(problem=here.problem)
        if sizes.size > 1:
            power = slope(here, np.log(sizes), "problem")
            rows.append(power.expand_dims(task=[name]))
    return {"n": xarray.concat(rows, "task")} if rows else {}
