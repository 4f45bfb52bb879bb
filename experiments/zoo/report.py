"""The table of `experiments.variants`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import said
from experiments.text import align
from experiments.zoo.answer import answer

__all__ = ["answer", "table"]
HEAD = (
    "method", "eta", "rho", "test %", "over SGD", "over SAM", "over its plain form",
    "top eigenvalue", "largest eta over its plain form's",
)  # fmt: skip
NOTES = """\
eta, rho: of the largest mean validation accuracy; test: mean and standard deviation
  over fresh seeds, trained anew at these; one that overflows has an accuracy of 0.
over: differences in percentage points, paired by seed; the intervals of a column, of
  all tasks, hold together; * the interval is without 0.
top eigenvalue: of the Hessian of the training loss at the end, the median of the fresh
  runs.
largest eta: by which factor the largest learning rate that trains is that of the method
  without Stable, at the smallest, the middle and the largest rho; known to a step of
  the grid; - no rate. eta is a step of Adam's kind for AdaSAM, a multiple of its own
  step for SAM-Polyak; rho is a length, but a rate for USAM and SSAM, relative to the
  weights for ASAM, in every coordinate for LinfSAM."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task and method."""
    names = [str(name) for name in dataset.task.values]
    labels = [str(label) for label in dataset.algorithm.values]
    rows = [_row(dataset.sel(task=n, algorithm=a)) for n in names for a in labels]
    head, *lines = align([HEAD, *rows], left=1).splitlines()
    for k, name in reversed([*enumerate(names)]):
        lines.insert(k * len(labels), f"{name}:")
    return "\n".join([head, *lines, "", NOTES])


def _row(at: xarray.Dataset) -> tuple[str, ...]:
    radius = at.radius_unit.item() != "none"
    return (
        said(str(at.algorithm.item())),
        f"{float(at.chosen_eta):.3g}",
        f"{float(at.chosen_rho):.3g}" if radius else "-",
        _test(at),
        *(_difference(at, other) for other in ("GD", "SAM", "plain")),
        _short(at.tuned_top_eigenvalue.median()),
        _largest(at),
    )


def _test(at: xarray.Dataset) -> str:
    """`97.84 ± 0.32`, and how many overflew."""
    test, lost = 100 * at.tuned_test, int(at.tuned_overflown)
    spread = f"{float(test.mean()):.2f} ± {float(test.std(ddof=1)):.2f}"
    return spread + (f" ({lost} overflew)" if lost else "")


def _difference(at: xarray.Dataset, other: str) -> str:
    """`+0.12 (-0.05 to 0.29)`, in percentage points."""
    if other not in at.versus.values:
        return "-"
    value, low, high = (
        100 * float(at[f"difference{end}"].sel(versus=other))
        for end in ("", "_low", "_high")
    )
    if np.isnan(value):
        return "-"
    return f"{value:+.2f} ({low:.2f} to {high:.2f}){'*' * (low > 0 or high < 0)}"


def _largest(at: xarray.Dataset) -> str:
    ratio = at.train_largest_ratio.sel(versus="plain")
    if ratio.isnull().all():
        return "-"
    return ", ".join(_short(each) for each in ratio)


def _short(value: xarray.DataArray) -> str:
    return "-" if np.isnan(value) else f"{float(value):.3g}"
