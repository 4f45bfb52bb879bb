"""Excess risk on resampled training sets, its parts and good ranges, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray

from theory.interval import Interval
from theory.kept import Unkept
from theory.measured import reading
from theory.stability import pair_stability

EXPERIMENT = "excess_risk"
# In the notes of every row that reads it.
SETTING = (
    "At the scale tested: least squares, ridge and logistic regression on diabetes, a "
    "synthetic twin of it, wine, breast cancer (right labels, and a fifth of them "
    "wrong) and digits; training sets of 50 to 400 samples drawn 50 times, batches of "
    "1, 16 and all, plain steps, each method at its own best learning rate and radius; "
    "the population risk is the mean loss on all samples not drawn. "
)
CASE = ("task", "n", "batch")


def dataset(*labels: str) -> xarray.Dataset:
    """The kept result.

    Raises:
        Unkept: there is none, or it lacks one of the methods.
    """
    found = reading.dataset(EXPERIMENT)
    missing = sorted(set(labels) - set(found.algorithm.values.astype(str)))
    if missing:
        raise Unkept(f"waits for {', '.join(missing)} in `experiments.{EXPERIMENT}`")
    return found


def cases(**same: Any) -> Iterator[dict[str, Any]]:
    """Every task, its sizes and batches as arrays `(case,)`.

    Args:
        **same: further parameters, the same in all.
    """
    there = dataset().eta_unit.transpose(*CASE).notnull()
    for task in there.task.values.astype(str):
        n, batch = np.nonzero(there.sel(task=task).values)
        yield {
            "task": task,
            "n": there.n.values[n],
            "batch": there.batch.values.astype(str)[batch],
            **same,
        }


def plain_cases(**same: Any) -> Iterator[dict[str, Any]]:
    """Of tasks without a ridge, one sample a step: T16's."""
    for case in cases(**same):
        one = case["batch"] == "1"
        if case["task"].endswith("plain") and one.any():
            yield case | {"n": case["n"][one], "batch": case["batch"][one]}


def gained(task: str, n: Any, batch: Any, method: str, other: str) -> Interval:
    """How much lower a method's excess risk is than the other's, over the other's.

    Each at its own best, which every training set chose on validation data, so that
    the chance of the choice is inside; with the experiment's simultaneous intervals.
    """
    return _ends("gain", task, n, batch, method, other, "validation")


def in_hindsight(task: str, n: Any, batch: Any, method: str, other: str) -> Interval:
    """The same, at what was best on average for the other half of the sets."""
    return _ends("gain", task, n, batch, method, other, "hindsight")


def widened(
    task: str, n: Any, batch: Any, method: str, other: str, radius: str
) -> Interval:
    """A method's range of good learning rates over the other's.

    Args:
        task: the data.
        n: training samples, `(case,)`.
        batch: samples a step, `(case,)`.
        method: label.
        other: label of the one it is compared with.
        radius: `1` to `4`, the same for both, or `own best`.
    """
    at = {"pair": _pair(method, other), "radius": radius}
    names = "wider", "wider_low", "wider_high"
    found = _at(names, (method, other), task, n, batch).sel(at)
    return Interval(*(found[name].values for name in names))


def summed(task: str, n: Any, batch: Any, method: str) -> np.ndarray:
    """Gap, optimisation error and offset together, means over the sets."""
    names = "tuned_gap", "tuned_optimisation", "offset"
    at = _best(_at(names, (method,), task, n, batch), method)
    parts = at.tuned_gap + at.tuned_optimisation + at.offset
    return parts.mean("set").values


def excess(task: str, n: Any, batch: Any, method: str) -> np.ndarray:
    """The mean excess risk itself."""
    at = _best(_at(("tuned_excess",), (method,), task, n, batch), method)
    return at.tuned_excess.mean("set").values


def from_sgd(task: str, n: Any, batch: Any, method: str) -> np.ndarray:
    """How far its points are from SGD's at most, over their length, over the grid."""
    at = _at(("from_sgd",), (method,), task, n, batch)
    return at.from_sgd.sel(algorithm=method).values


def bounded(task: str, n: Any, batch: Any) -> np.ndarray:
    """SGD's mean generalisation gap, `(case, checkpoint, eta)`, 0 where none is known.

    Of losses whose slope is bounded; the mean may be negative by chance.
    """
    at = _at(("gap_mean",), ("GD",), task, n, batch)
    at = at.sel(algorithm="GD").isel(rho_level=0)
    gap = at.gap_mean.where(np.isfinite(at.gap_mean), 0.0)
    return gap.transpose("case", "checkpoint", "eta").values.astype(float)


def stability(task: str, n: Any, batch: Any) -> np.ndarray:
    """Its bound, likewise."""
    names = "gap_mean", "eta_unit", "steps", "ridge", "beta_max", "lipschitz"
    bound = gap_bound(_at(names, (), task, n, batch))
    return bound.transpose("case", "checkpoint", "eta").values


def gap_bound(here: xarray.Dataset) -> xarray.DataArray:
    r"""SGD's expected generalisation gap is at most this, by uniform stability.

    `theory.stability.pair_stability` with
    $c = \max(|1 - \eta r|, |1 - \eta\beta|)$, $\beta$ of the worst sample, and the
    gradients' length, at most twice G with a ridge (from 0, $\|w\| \le G/r$ for ever):
    of batches of any size, drawn without replacement and anew in each step. S and the
    samples that judge are exchangeable, as Hardt, Recht and Singer's proof asks.

    Args:
        here: with `eta`, `eta_unit`, `steps`, `n`, `ridge`, `beta_max`, `lipschitz`.
    """
    eta, r, beta = here.eta * here.eta_unit, here.ridge, here.beta_max
    c = np.maximum(np.abs(1 - eta * r), np.abs(1 - eta * beta))
    G = here.lipschitz * xarray.where(r > 0, 2.0, 1.0)
    return xarray.apply_ufunc(pair_stability, c, eta, G, here.n, here.steps)


def _pair(method: str, other: str) -> str:
    return f"{method} \N{MINUS SIGN} {other}"


def _best(here: xarray.Dataset, method: str) -> xarray.Dataset:
    return here.sel(judge="validation", horizon="last", algorithm=method)


def _at(
    names: tuple[str, ...], labels: tuple[str, ...], task: str, n: Any, batch: Any
) -> xarray.Dataset:
    """Some variables of the cases along `case`; the methods must be there."""
    places = {"n": xarray.DataArray(n, dims="case")}
    places["batch"] = xarray.DataArray(batch, dims="case")
    return dataset(*labels)[list(names)].sel(task=task, **places)


def _ends(
    name: str, task: str, n: Any, batch: Any, method: str, other: str, judge: str
) -> Interval:
    names = name, f"{name}_low", f"{name}_high"
    at = _at(names, (method, other), task, n, batch)
    at = at.sel(judge=judge, horizon="last", pair=_pair(method, other))
    return Interval(*(at[name].values for name in names))
