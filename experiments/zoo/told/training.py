"""The table of what was trained."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import said
from experiments.zoo.answer import FEWEST, sign
from experiments.zoo.told.layout import sections

HEAD = (
    "method", "eta", "rho", "test %", "over SGD", "over SAM", "over its plain form",
    "top eigenvalue", "largest eta over its plain form's",
)  # fmt: skip
NOTES = f"""\
eta, rho: of the largest mean validation accuracy; test: mean and standard deviation
  over fresh seeds, trained anew at these; one that overflows has an accuracy of 0.
over: differences in percentage points, paired by seed; the intervals of a column, of
  all tasks, hold together; * the interval is without 0, and of {FEWEST} seeds or more
  that do not all agree.
top eigenvalue: of the Hessian of the training loss at the end, the median of the fresh
  runs.
largest eta: by which factor the largest learning rate that trains is that of the method
  without Stable, at the smallest, the middle and the largest rho; known to a step of
  the grid; - no rate. eta is a step of Adam's kind for AdaSAM, a multiple of its own
  step for SAM-Polyak; rho is a length, but a rate for USAM and SSAM, relative to the
  weights for ASAM, in every coordinate for LinfSAM."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task and method."""
    labels = dataset.algorithm.values.astype(str)
    rows = {
        name: [_row(dataset.sel(task=name, algorithm=label)) for label in labels]
        for name in dataset.task.values.astype(str)
    }
    return "\n".join([sections(HEAD, rows), "", NOTES])


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
    here = at.sel(versus=other)
    value, low, high = (
        100 * float(here[f"difference{end}"]) for end in ("", "_low", "_high")
    )
    if np.isnan(value):
        return "-"
    star = "*" if sign(here, "difference", 0.0) else ""
    return f"{value:+.2f} ({low:.2f} to {high:.2f}){star}"


def _largest(at: xarray.Dataset) -> str:
    ratio = at.train_largest_ratio.sel(versus="plain")
    if ratio.isnull().all():
        return "-"
    return ", ".join(_short(each) for each in ratio)


def _short(value: xarray.DataArray) -> str:
    return "-" if np.isnan(value) else f"{float(value):.3g}"
