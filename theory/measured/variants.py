"""Methods at their best, their cost, saddles and ranges, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray
from scipy.special import stdtrit

from theory.interval import Interval, bracket
from theory.kept import Unkept
from theory.measured import reading

EXPERIMENT = "variants"
# In the notes of every row that reads it.
SETTING = (
    "At the scale tested: MLPs of 32 neurons on digits and Fashion-MNIST, right and "
    "partly wrong labels, plain steps on mini-batches, the same epochs for all, each "
    "method at its own best learning rate and radius, judged on fresh seeds. "
)
MISS = 0.05 / 8  # by chance, of the few comparisons that were not planned
MARGIN = 0.5  # percentage points that count as the same accuracy


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


def tasks(method: str, other: str) -> Iterator[dict[str, str]]:
    """Every task, of a method beside another.

    Args:
        method: its label.
        other: label of the one it is compared with.
    """
    for task in dataset(method, other).task.values.astype(str):
        yield {"task": task, "method": method, "other": other}


def renormalised() -> Iterator[dict[str, str]]:
    """Every task and method under Stable, beside the method itself."""
    found = dataset()
    forms = zip(
        found.algorithm.values.astype(str),
        found.plain_form.values.astype(str),
        strict=True,
    )
    pairs = [(label, form) for label, form in forms if form]
    for task in found.task.values.astype(str):
        for label, form in pairs:
            yield {"task": task, "method": label, "other": form}


def gained(task: str, method: str, other: str) -> Interval:
    """Percentage points of test accuracy, each at its own best, on fresh seeds.

    With the simultaneous intervals of the experiment (Bonferroni).
    """
    return _interval(_at(task, method, other), "difference", 100.0)


def apart(task: str, method: str, other: str) -> Interval:
    """The same of any two methods, paired by seed; each interval by itself."""
    found = dataset(method, other).sel(task=task).tuned_test
    one, two = (found.sel(algorithm=label) for label in (method, other))
    gain = 100 * (one - two).dropna("fresh_seed").values
    half = stdtrit(len(gain) - 1, 1 - MISS / 2) * gain.std(ddof=1) / len(gain) ** 0.5
    return Interval(gain.mean(), gain.mean() - half, gain.mean() + half)


def curvature(task: str, method: str, other: str) -> Interval:
    """The top Hessian eigenvalue at the end over the other method's, likewise."""
    return _interval(_at(task, method, other), "curvature_ratio")


def times(method: str, other: str) -> Interval:
    """How long a step takes over the other method's, by the quartiles of epochs."""
    one, two = (_times(dataset(method, other), label) for label in (method, other))
    return Interval(one.value / two.value, one.low / two.high, one.high / two.low)


def escapes(method: str, other: str, landscape: str, level: int) -> float:
    """At how large a share of the learning rates it leaves a saddle, less the other's.

    Args:
        method: label.
        other: label of the method beside it.
        landscape: the saddle.
        level: of the radius.
    """
    share = dataset(method, other).escape_eta_share
    at = share.sel(landscape=landscape).isel(saddle_rho_level=level)
    return float(at.sel(algorithm=method) - at.sel(algorithm=other))


def saddles() -> Iterator[dict[str, Any]]:
    """Every method under Stable beside itself, at every saddle that serves it."""
    for pair in _pairs():
        share = dataset().escape_eta_share.sel(algorithm=pair["method"])
        for landscape in share.landscape.values.astype(str):
            for level in np.flatnonzero(share.sel(landscape=landscape).notnull()):
                yield pair | {"landscape": landscape, "level": int(level)}


def widened(
    method: str, other: str, function: str, target: str, level: int
) -> Interval:
    """The largest learning rate that converges over the other method's.

    Args:
        method: label.
        other: label of the method beside it.
        function: convex.
        target: `point` or `band`.
        level: of the radius.
    """
    at = dataset(method, other).sel(function=function, target=target)
    at = at.isel(convex_rho_level=level)
    one, two = (at.sel(algorithm=label) for label in (method, other))
    return bracket(
        float(one.range_low / two.range_high), float(one.range_high / two.range_low)
    )


def functions(target: str) -> Iterator[dict[str, Any]]:
    """Every method under Stable beside itself where both have a range.

    Args:
        target: `point` or `band`.
    """
    for pair in _pairs():
        found = dataset().sel(target=target)
        both = found.sel(algorithm=[pair["method"], pair["other"]])
        ends = np.isfinite(both.range_low) & np.isfinite(both.range_high)
        known = ends.all("algorithm").transpose("function", "convex_rho_level")
        for k, level in np.argwhere(known.values):
            name = str(known.function.values[k])
            yield pair | {"function": name, "target": target, "level": int(level)}


def _pairs() -> list[dict[str, str]]:
    """Methods under Stable and themselves."""
    pairs = ({key: case[key] for key in ("method", "other")} for case in renormalised())
    return [dict(pair) for pair in dict.fromkeys(tuple(p.items()) for p in pairs)]


def _at(task: str, method: str, other: str) -> xarray.Dataset:
    """The comparison; with itself without Stable where that is the other."""
    found = dataset(method, other).sel(task=task, algorithm=method)
    form = str(found.plain_form.item())
    return found.sel(versus="plain" if form == other else other)


def _times(found: xarray.Dataset, label: str) -> Interval:
    at = found.sel(algorithm=label)
    names = ("cost_time", "cost_time_low", "cost_time_high")
    return Interval(*(float(at[name].mean("network")) for name in names))


def _interval(at: xarray.Dataset, name: str, unit: float = 1.0) -> Interval:
    return Interval(*(unit * float(at[name + end]) for end in ("", "_low", "_high")))
