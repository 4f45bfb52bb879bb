"""Between which learning rates a method trains, and is as good as at its best.

A range of training is the longest row of neighbouring learning rates of the grid that
all train; one of test accuracy goes from the first to the last rate in it that is as
good as the best there, since the mean of a few seeds dips by chance. `low` and `high`
are the ends, both good. The true end lies less than a step of the grid beyond; beyond
the first and the last rate of the grid nothing is known. A width is high over low and
one step more, since every rate stands for a step; where there is no range it is NaN.
"""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.paired import Pairs, columns, interval

FRACTION = 0.5  # of the start's training loss: below it training has succeeded


def ranges(grid: xarray.Dataset, against: Pairs | None = None) -> xarray.Dataset:
    r"""The ranges of every method and radius, and by which factors they differ.

    Args:
        grid: `diverged`, `train_loss`, `start_loss`, `test_accuracy` `(task, algorithm,
            rho_level, eta_level, seed)`, `eta` `(task, eta_level)` or `(task,
            algorithm, eta_level)`, `radius_unit` `(algorithm,)`.
        against: who is compared with whom; None: `paired.columns`.

    Returns:
        `range_train_low`, `_high` `(task, algorithm, rho_level)`: all seeds train;
        `range_test_low`, `_high`: of these rates, those of `as_good`; `largest` `(...,
        seed)`: where a seed's own range of training ends; `train_none` `(task,
        algorithm, rho_level)`: how many seeds have none. By which factor a method's
        number is another's, `(versus, ...)`, with `_low` and `_high`:
        `train_largest_ratio`, of `largest`, `train_width_ratio`, of the widths of the
        seeds' own ranges, geometric means with intervals by t of the logarithms, wider
        by the steps that the ends may be off; `end_largest_ratio`, the first again,
        where a loss may burst on the way if it is low at the end, and `end_none`.
        `test_width_ratio`, of the widths of the ranges of test accuracy, has no
        interval: it is known to two steps of the grid either way, and how far other
        seeds would move it, a few seeds do not tell. NaN where a seed (of the test
        accuracy: the mean) has no range, and where the methods' radii have other units.
    """
    against = columns(grid.algorithm.values.tolist()) if against is None else against
    step, trains = widest(grid.eta), succeeded(grid)
    low, high = ends(trains.all("seed"), grid.eta)
    told = {"range_train_low": low, "range_train_high": high}
    inside = (grid.eta >= low) & (grid.eta <= high)
    low, high = outermost(as_good(grid.test_accuracy, inside), grid.eta)
    told |= {"range_test_low": low, "range_test_high": high}
    told["test_width_ratio"] = np.exp(_over(_width(low, high, step), grid, against))
    low, high = ends(trains, grid.eta)
    told |= {"largest": high, "train_none": high.isnull().sum("seed")}
    for name, logs, off in (
        ("train_largest_ratio", np.log(high), step),
        ("train_width_ratio", _width(low, high, step), 2 * step),
    ):
        told |= _named(name, _paired(_over(logs, grid, against), off))
    _, high = ends(low_at_end(grid), grid.eta)
    told["end_none"] = high.isnull().sum("seed")
    apart = _over(np.log(high), grid, against)
    told |= _named("end_largest_ratio", _paired(apart, step))
    kept = {name: grid[name] for name in ("task", "algorithm")}
    return xarray.Dataset(told, coords=kept | {"versus": list(against)})


def succeeded(grid: xarray.Dataset) -> xarray.DataArray:
    """Whether a run trained: it never diverged, and ended below half of its start."""
    return (grid.diverged < 0) & low_at_end(grid)


def low_at_end(grid: xarray.Dataset) -> xarray.DataArray:
    """Whether a run ended below half of its start, whatever happened on the way."""
    return grid.train_loss < FRACTION * grid.start_loss


def as_good(accuracy: xarray.DataArray, inside: xarray.DataArray) -> xarray.DataArray:
    """Whether a mean over seeds is within a standard error of the best of its radius.

    Best and error are of one method and one radius, so that every method is measured
    by as many cells: the best of five times as many lies higher by chance alone. The
    error is the median of the cells' own, so that neither one cell's luck decides nor
    a cell that hardly trains.

    Args:
        accuracy: `(..., eta_level, seed)`; NaN where something overflew.
        inside: `(..., eta_level)`, the learning rates that are looked at.

    Returns:
        `(..., eta_level)`; nowhere true where no rate is looked at.
    """
    mean = accuracy.mean("seed", skipna=False).where(inside)
    error = accuracy.std("seed", ddof=1, skipna=False) / accuracy.sizes["seed"] ** 0.5
    error = error.where(inside).median("eta_level")
    return mean >= mean.max("eta_level") - error


def outermost(good: xarray.DataArray, eta: xarray.DataArray) -> list[xarray.DataArray]:
    """The first and the last good learning rate; NaN of none."""
    rates = eta.where(good)
    return [rates.min("eta_level"), rates.max("eta_level")]


def ends(good: xarray.DataArray, eta: xarray.DataArray) -> list[xarray.DataArray]:
    """The ends of the longest row along `eta_level`, as learning rates; NaN of none."""
    good = good.transpose(..., "eta_level")
    rates = eta.broadcast_like(good).transpose(*good.dims).values
    found = []
    for at in longest(good.values):
        rate = np.take_along_axis(rates, at.clip(0)[..., None], -1)[..., 0]
        found.append(
            xarray.DataArray(np.where(at < 0, np.nan, rate), dims=good.dims[:-1])
        )
    return found


def longest(good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last place of the longest row of True along the last axis; -1 of none.

    Of rows of one length the one of larger places.
    """
    low, high = np.full((2, *good.shape[:-1]), -1)
    begun = np.zeros(good.shape[:-1], int)
    for k in range(good.shape[-1]):
        here = good[..., k]
        begun = np.where(here, begun, k + 1)
        better = here & ((low < 0) | (k - begun >= high - low))
        low, high = np.where(better, begun, low), np.where(better, k, high)
    return low, high


def widest(eta: xarray.DataArray) -> xarray.DataArray:
    """Of the learning rates' steps, as a logarithm; 0 of a single rate."""
    logs = np.log(eta)
    return logs.diff("eta_level").max("eta_level").fillna(0.0)


def comparable(
    grid: xarray.Dataset, against: Pairs | None = None
) -> list[tuple[str, str]]:
    """The pairs (method, other) whose radii, level by level, mean the same."""
    labels = [str(label) for label in grid.algorithm.values]
    unit = dict(zip(labels, grid.radius_unit.values.astype(str), strict=True))
    pairs = (columns(labels) if against is None else against).values()
    told = {(label, other) for column in pairs for label, other in column.items()}
    return [
        (label, other)
        for label in labels
        for other in labels
        if (label, other) in told and unit[other] in ("none", unit[label])
    ]


def _width(low, high, step: xarray.DataArray) -> xarray.DataArray:
    return np.log(high / low) + step


def _over(
    logs: xarray.DataArray, grid: xarray.Dataset, against: Pairs
) -> xarray.DataArray:
    """Differences of every method to those it is compared with, `(versus, ...)`."""
    logs = logs.assign_coords(algorithm=grid.algorithm)
    labels, pairs, rows = logs.algorithm.values.tolist(), comparable(grid, against), []
    for column in against.values():
        others = [column.get(label, label) for label in labels]
        compared = [pair in pairs for pair in zip(labels, others, strict=True)]
        base = logs.sel(algorithm=others).assign_coords(algorithm=labels)
        rows.append((logs - base).where(xarray.DataArray(compared, dims="algorithm")))
    return xarray.concat(rows, "versus").drop_vars("algorithm")


def _paired(apart: xarray.DataArray, off: xarray.DataArray) -> list[xarray.DataArray]:
    """Mean and interval over the seeds, which either way is so much wider."""
    apart = apart.transpose(..., "seed")
    found = interval(apart.values, 1)
    mean, low, high = (xarray.DataArray(end, dims=apart.dims[:-1]) for end in found)
    return [mean, low - off, high + off]


def _named(name: str, logs) -> dict[str, xarray.DataArray]:
    """As factors."""
    found = zip(("", "_low", "_high"), logs, strict=True)
    return {name + end: np.exp(values) for end, values in found}
