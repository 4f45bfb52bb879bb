"""Methods at their best, their cost, saddles and ranges, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray

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
# In the notes of those that tell times.
TIMED = (
    "Times are of a network on which a step of SGD takes half a millisecond: what is "
    "not a gradient weighs most there; `python -m benchmarks.methods` times a ResNet. "
)
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

    With the simultaneous intervals of the experiment (Bonferroni), which hold the
    difference in hindsight, too: the choice of a learning rate is partly chance.
    """
    return _compared(task, method, other, "difference", 100.0)


def curvature(task: str, method: str, other: str) -> Interval:
    """The top Hessian eigenvalue at the end over the other method's, likewise."""
    return _compared(task, method, other, "curvature_ratio")


def times(method: str, other: str) -> Interval:
    """How long a step takes over the other method's, by the quartiles of epochs."""
    one, two = (_times(dataset(method, other), label) for label in (method, other))
    return Interval(one.value / two.value, one.low / two.high, one.high / two.low)


def same_cell(task: str, method: str, other: str) -> bool:
    """Whether they chose one learning rate and, if both have one, one radius."""
    found = dataset(method, other).sel(task=task)
    one, two = (found.sel(algorithm=label) for label in (method, other))
    radii = float(one.chosen_rho), float(two.chosen_rho)
    return float(one.chosen_eta) == float(two.chosen_eta) and (
        radii[0] == radii[1] or 0 in radii
    )


def escapes(method: str, other: str, landscape: Any, level: Any) -> np.ndarray:
    """At how large a share of the learning rates it leaves saddles, less the other's.

    Args:
        method: label.
        other: label of the method beside it.
        landscape: the saddles, `(n,)`.
        level: of the radius, `(n,)`.
    """
    share = dataset(method, other).escape_eta_share
    cells = {"landscape": xarray.DataArray(landscape)}
    share = share.sel(cells).isel(saddle_rho_level=xarray.DataArray(level))
    return (share.sel(algorithm=method) - share.sel(algorithm=other)).values


def saddles() -> Iterator[dict[str, Any]]:
    """Every method under Stable beside itself, at all saddles that serve it."""
    share = dataset().escape_eta_share.transpose(..., "landscape", "saddle_rho_level")
    names = share.landscape.values.astype(str)
    for pair in _pairs():
        known = share.sel(algorithm=pair["method"]).notnull()
        k, level = np.nonzero(known.values)
        if k.size:
            yield pair | {"landscape": names[k], "level": level}


def widened(
    method: str, other: str, target: str, function: Any, level: Any
) -> Interval:
    """The largest learning rate that converges over the other method's.

    Args:
        method: label.
        other: label of the method beside it.
        target: `point` or `band`.
        function: convex ones, `(n,)`.
        level: of the radius, `(n,)`.
    """
    ends = dataset(method, other)[["range_low", "range_high"]].sel(target=target)
    at = ends.sel(function=xarray.DataArray(function))
    at = at.isel(convex_rho_level=xarray.DataArray(level))
    one, two = (at.sel(algorithm=label) for label in (method, other))
    low, high = one.range_low / two.range_high, one.range_high / two.range_low
    return bracket(low.values, high.values)


def functions(target: str) -> Iterator[dict[str, Any]]:
    """Every method under Stable beside itself, where both have a range.

    Args:
        target: `point` or `band`.
    """
    ends = dataset()[["range_low", "range_high"]].sel(target=target)
    known = np.isfinite(ends.range_low) & np.isfinite(ends.range_high)
    known = known.transpose("algorithm", "function", "convex_rho_level")
    names = known.function.values.astype(str)
    for pair in _pairs():
        k, level = np.nonzero(known.sel(algorithm=list(pair.values())).values.all(0))
        if k.size:
            yield pair | {"target": target, "function": names[k], "level": level}


def _pairs() -> list[dict[str, str]]:
    """Methods under Stable and themselves."""
    pairs = ({key: case[key] for key in ("method", "other")} for case in renormalised())
    return [dict(pair) for pair in dict.fromkeys(tuple(p.items()) for p in pairs)]


def _times(found: xarray.Dataset, label: str) -> Interval:
    names = ("cost_time", "cost_time_low", "cost_time_high")
    return Interval(
        *(float(found[name].sel(algorithm=label).mean("network")) for name in names)
    )


def _compared(
    task: str, method: str, other: str, name: str, unit: float = 1.0
) -> Interval:
    """One comparison; with itself without Stable where that is the other."""
    found = dataset(method, other)
    form = str(found.plain_form.sel(algorithm=method).item())
    at = {"task": task, "algorithm": method}
    at["versus"] = "plain" if form == other else other
    ends = (found[name + end].sel(at) for end in ("", "_low", "_high"))
    return Interval(*(unit * float(end) for end in ends))
