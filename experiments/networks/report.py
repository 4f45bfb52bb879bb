"""The table and the sentences of `experiments.network_regimes`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.paired import comparisons
from experiments.text import align

ONE = "GD"  # on mini-batches: SGD
HEAD = (
    "method", "eta", "rho", "test %", "over SGD", "over SAM",
    "largest eta over SGD's, by rho", "best rho's test width",
)  # fmt: skip
NOTES = """\
eta, rho: of the largest mean validation accuracy; test: mean and standard deviation
  over fresh seeds, trained anew at these.
over SGD, over SAM: differences in percentage points, paired by seed, all intervals
  together; * the interval is without 0.
largest eta over SGD's: by which factor the largest learning rate that trains is SGD's,
  at the smallest, the middle and the largest rho; known to a step of the grid; - no
  rate trains.
best rho's test width: of the range in which mean test accuracy is within a standard
  error of the method's best, over SGD's, with its 95 % interval.
rho is a length for SAM and SSAM-N, a rate for USAM and SSAM: rows compare no radii."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task and method."""
    names = [str(name) for name in dataset.task.values]
    labels = [str(label) for label in dataset.algorithm.values]
    rows = [_row(dataset.sel(task=n, algorithm=a)) for n in names for a in labels]
    head, *lines = align([HEAD, *rows], left=1).splitlines()
    for k, name in reversed([*enumerate(names)]):
        lines.insert(k * len(labels), _about(dataset.sel(task=name)))
    return "\n".join([head, *lines, "", NOTES])


def _about(here: xarray.Dataset) -> str:
    eta, runs = here.eta.values, here.train_loss.sel(algorithm=here.algorithm[0])
    step = np.exp(np.diff(np.log(eta)).max(initial=0.0))
    return (
        f"{here.task.item()}: eta {eta[0]:.3g} to {eta[-1]:.3g} in steps of "
        f"{step:.2f}, {runs.sizes['seed']} seeds, {here.sizes['fresh_seed']} fresh"
    )


def _row(at: xarray.Dataset) -> tuple[str, ...]:
    label = str(at.algorithm.item())
    radius = at.radius_unit.item() != "none"
    test = 100 * at.tuned_test
    return (
        _said(label),
        f"{float(at.chosen_eta):.3g}",
        f"{float(at.chosen_rho):.3g}" if radius else "-",
        f"{float(test.mean()):.2f} ± {float(test.std(ddof=1)):.2f}",
        _difference(at, ONE),
        _difference(at, "SAM"),
        _largest(at, label),
        _width(at),
    )


def _difference(at: xarray.Dataset, other: str) -> str:
    """`+0.12 (-0.05 to 0.29)`, in percentage points."""
    value, low, high = (
        100 * float(at[f"difference{end}"].sel(versus=other))
        for end in ("", "_low", "_high")
    )
    if np.isnan(value):
        return "-"
    sign = "*" * (low > 0 or high < 0)
    return f"{value:+.2f} ({low:.2f} to {high:.2f}){sign}"


def _largest(at: xarray.Dataset, label: str) -> str:
    if label == ONE:
        return f"eta {_short(at.range_train_high.isel(rho_level=0))}"
    ratio = at.train_largest_ratio.sel(versus=ONE)
    levels = at.sizes["rho_level"]
    shown = dict.fromkeys((0, levels // 2, levels - 1))
    return ", ".join(_short(ratio.isel(rho_level=k)) for k in shown)


def _width(at: xarray.Dataset) -> str:
    best = at.isel(rho_level=int(at.chosen_rho_level)).sel(versus=ONE)
    value, low, high = (best[f"test_width_ratio{end}"] for end in ("", "_low", "_high"))
    if np.isnan(value):
        return "-"
    return f"{_short(value)} ({_short(low)} to {_short(high)})"


def _short(value: xarray.DataArray) -> str:
    return "-" if np.isnan(value) else f"{float(value):.3g}"


def answer(dataset: xarray.Dataset) -> str:
    """The answer in two sentences, every number out of the data."""
    return " ".join(filter(None, (_tuned(dataset), _regimes(dataset))))


def _tuned(dataset: xarray.Dataset) -> str:
    """P6: each method at its own best."""
    apart = dataset[["difference", "difference_low", "difference_high"]]
    found = []
    for other in (ONE, "SAM"):
        for label in ("SSAM", "SSAM-N"):
            if label in dataset.algorithm.values:
                found.append(apart.sel(algorithm=label, versus=other))
    if not found or all(bool(each.difference.isnull().all()) for each in found):
        return ""
    cells = xarray.concat(found, "pair").stack(cell=("pair", "task")).dropna("cell")
    more, less = (cells.difference_low > 0), (cells.difference_high < 0)
    count = cells.sizes["cell"]
    widest = 100 * float(np.maximum(cells.difference_high, -cells.difference_low).max())
    return (
        f"Tuned against tuned, SSAM and SSAM-N test better than SGD or SAM in "
        f"{int(more.sum())} and worse in {int(less.sum())} of {count} comparisons "
        f"({dataset.attrs['multiplicity']}; no interval reaches beyond {widest:.2f} "
        f"percentage points): P6 is {_word(more, less)} at this scale."
    )


def _word(more: xarray.DataArray, less: xarray.DataArray) -> str:
    if more.all():
        return "supported"
    if more.any():
        return "supported in a part of the comparisons only"
    return "not supported"


def _regimes(dataset: xarray.Dataset) -> str:
    """P4 and P5: the largest learning rates that train."""
    labels = [str(label) for label in dataset.algorithm.values]
    words = [_clause(dataset, *pair) for pair in comparisons(labels)]
    if not any(words):
        return ""
    return (
        "The largest learning rate that trains, task by task and radius by radius: "
        f"{'; '.join(filter(None, words))} (P4, P5)."
    )


def _clause(dataset: xarray.Dataset, label: str, other: str) -> str:
    """How one method's is another's, at the radii where both have one."""
    at = dataset.sel(algorithm=label, versus=other)
    ratio = at.train_largest_ratio
    count, none = int(ratio.notnull().sum()), int(ratio.isnull().sum())
    if not count:
        return ""
    return (
        f"{_said(label)}'s is {_short(ratio.min())} to {_short(ratio.max())} times "
        f"{_said(other)}'s, clearly larger at {_clearly(at, 'train')} of {count} "
        f"({_clearly(at, 'end')} where bursts on the way do not count"
        f"{f'; at {none} more a seed trains nowhere' if none else ''})"
    )


def _clearly(at: xarray.Dataset, kind: str) -> str:
    """At how many radii of all tasks an interval lies above 1, and below."""
    more = at[f"{kind}_largest_ratio_low"] > 1
    less = at[f"{kind}_largest_ratio_high"] < 1
    return f"{int(more.sum())} and smaller at {int(less.sum())}"


def _said(label: str) -> str:
    return "SGD" if label == ONE else label
