"""The table of `experiments.network_regimes`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import ONE, answer, said
from experiments.text import align

__all__ = ["answer", "table"]
HEAD = (
    "method", "eta", "rho", "test %", "over SGD", "over SAM",
    "largest eta over SGD's, by rho", "test width over SGD's, by rho",
)  # fmt: skip
NOTES = """\
eta, rho: of the largest mean validation accuracy; test: mean and standard deviation
  over fresh seeds, trained anew at these; one that overflows has an accuracy of 0.
over SGD, over SAM: differences in percentage points, paired by seed, all intervals
  together; * the interval is without 0.
by rho: at the smallest, the middle and the largest; - no rate.
largest eta over SGD's: by which factor the largest learning rate that trains is SGD's;
  known to a step of the grid.
test width over SGD's: of the range from the first to the last rate whose mean test
  accuracy is within a standard error of the best at that rho; a ratio of highest /
  lowest, known to two steps of the grid either way, without an interval over seeds. A
  peak above a plateau narrows it; what the grid cuts off is not counted.
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
    return (
        said(label),
        f"{float(at.chosen_eta):.3g}",
        f"{float(at.chosen_rho):.3g}" if radius else "-",
        _test(at),
        _difference(at, ONE),
        _difference(at, "SAM"),
        _largest(at, label),
        _width(at, label),
    )


def _test(at: xarray.Dataset) -> str:
    """`97.84 ± 0.32`, and how many overflew."""
    test, lost = 100 * at.tuned_test, int(at.tuned_overflown)
    spread = f"{float(test.mean()):.2f} ± {float(test.std(ddof=1)):.2f}"
    return spread + (f" ({lost} overflew)" if lost else "")


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
    return _by_rho(at.train_largest_ratio.sel(versus=ONE))


def _width(at: xarray.Dataset, label: str) -> str:
    if label == ONE:
        low, high = (
            at[f"range_test_{end}"].isel(rho_level=0) for end in ("low", "high")
        )
        return f"eta {_short(low)} to {_short(high)}"
    return _by_rho(at.test_width_ratio.sel(versus=ONE))


def _by_rho(ratio: xarray.DataArray) -> str:
    """At three radii: one that a method chose is one with which it had luck."""
    levels = ratio.sizes["rho_level"]
    shown = dict.fromkeys((0, levels // 2, levels - 1))
    return ", ".join(_short(ratio.isel(rho_level=k)) for k in shown)


def _short(value: xarray.DataArray) -> str:
    return "-" if np.isnan(value) else f"{float(value):.3g}"
