"""The tables of `experiments.stability`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.stable.answer import answer
from experiments.stable.counted import WORDS, nearest, signs, sum_of
from experiments.text import align
from theory.measured import stability as told

__all__ = ["answer", "table"]

HEAD = (
    "data", "model", "n", "cases", "below", "above", "open", "vacuous", "nearest",
    "where",
)  # fmt: skip
NOTES = """\
A case is a measure of a method at one batch size, learning rate, radius and number of
  steps, where a bound is known. Measures: the distance of two runs, the largest loss
  difference over test samples, the generalisation gap, in the mean over replacements
  and data sets; with all samples in a step also the largest over replacements.
below, above: the whole interval is (Student's t over data sets, 95 % of all cases of a
  measure together); open: it holds the bound. nearest: bound over measured, where the
  bound is not vacuous. vacuous: no better than 2 eta G T, which every method keeps.
Bounds are of the region visited: G is the largest gradient of a sample on the ball that
  holds all runs of the cell, ascent points included."""
PAIRED_HEAD = (
    "data", "model", "method", "rho", "ratio to SGD", "less stable", "more stable",
    "same", "open",
)  # fmt: skip
PAIRED_NOTES = """\
Ratio: distance after the last step over SGD's on the same data, neighbours and
  mini-batches, least to largest over n, batch sizes and learning rates. less stable:
  in so many cells its interval lies above 1, of a problem's together; same: to
  rounding."""
GROWTH_HEAD = (
    "data", "model", "method", "batch", "T", "eta", "rho", "n",
)  # fmt: skip
GROWTH_NOTES = """\
Powers with which the mean distance grows, with 95 % intervals: in T over the last looks
  and in n at eta = {eta:g}/beta, in eta up to 1/beta, in rho at that eta; T, eta and
  rho at n = {n}, the largest rho. The bounds of convex losses have T, eta, 1/n."""
THEOREM_HEAD = (
    "rho over r_0", "L8: F", "of bound", "L10: squared", "of bound", "L9: sharpness"
)  # fmt: skip
THEOREM_NOTES = """\
SAM with full batches on tumours that one rule fits, smooth hinge, eta = 1/(4 beta), the
  last look: L8's value at the mean point, L10's mean squared distance, each with its
  share of the bound; L9's sharpness over rho^2/2 on the half-parabola."""


def table(found: xarray.Dataset) -> str:
    """Bounds, then methods beside SGD, then powers."""
    rows = [HEAD] + [_bounds(found, name) for name in found.problem.values]
    paired = [PAIRED_HEAD] + _paired(found)
    growth = [GROWTH_HEAD] + _growth(found)
    eta = reference(found)
    notes = GROWTH_NOTES.format(eta=eta, n="the middle one")
    parts = [align(rows, 3), NOTES]
    if len(paired) > 1:
        parts += ["", align(paired, 3), PAIRED_NOTES]
    parts += ["", align(growth, 4), notes]
    if "averaged" in found:
        parts += ["", align([THEOREM_HEAD, *_theorems(found)], 1), THEOREM_NOTES]
    return "\n".join(parts)


def reference(found: xarray.Dataset) -> float:
    """The learning rate whose powers are shown, in units of 1/beta."""
    levels = found.eta_level.values
    return float(levels[np.abs(np.log(levels / 0.5)).argmin()])


def _bounds(found: xarray.Dataset, name: str) -> tuple[str, ...]:
    """All measures of a problem."""
    part = found.sel(problem=[name])
    row = (str(part.data.item()), str(part.model.item()), f"{part.n.item():.0f}")
    judged = {key: told.judged(found, key).sel(problem=name) for key in WORDS}
    count = sum_of(judged)
    if not count["within"]:
        return *row, "0", "-", "-", "-", "-", "-", "no bound is known"
    factor, where = nearest(judged)
    return (
        *row,
        *(str(count[key]) for key in ("within", "below", "above", "open", "vacuous")),
        f"{factor:.3g}",
        where,
    )


def tasks(found: xarray.Dataset) -> list[tuple[str, str]]:
    """Data sets and models, in order."""
    pairs = zip(found.data.values.tolist(), found.model.values.tolist(), strict=True)
    return list(dict.fromkeys(pairs))


def of_task(found: xarray.Dataset, data: str, model: str) -> np.ndarray:
    """The problems of a task."""
    return ((found.data == data) & (found.model == model)).values


def _paired(found: xarray.Dataset) -> list[tuple[str, ...]]:
    if "GD" not in found.algorithm.values:
        return []
    beside, rows = told.against(found), []
    for data, model in tasks(found):
        here = beside.isel(problem=of_task(found, data, model))
        for label in found.algorithm.values:
            for level in found.rho_level.values:
                cell = here.sel(algorithm=label, rho_level=level)
                if cell.ratio.notnull().any():
                    rows.append((data, model, str(label), f"{level:g}", *_cells(cell)))
    return rows


def _cells(cell: xarray.Dataset) -> tuple[str, ...]:
    count = signs(cell)
    low, high = float(cell.ratio.min()), float(cell.ratio.max())
    return (
        f"{low:.3g} to {high:.3g}",
        *(str(count[key]) for key in ("less", "more", "same", "open")),
    )


def _growth(found: xarray.Dataset) -> list[tuple[str, ...]]:
    powers, rows = told.exponents(found), []
    eta = reference(found)
    for data, model in tasks(found):
        names = found.problem.values[of_task(found, data, model)]
        at = {"problem": names[len(names) // 2]}
        for label in found.algorithm.values:
            for batch in found.batch.values:
                cell = {"algorithm": label, "batch": batch}
                here = _at(powers, at | cell | {"eta_level": eta}, label)
                task = f"{data} {model}"
                known = "task" in powers.dims and task in powers.task.values
                here = here.sel(task=task) if known else here
                shown = [*"T", "eta", "rho", *(["n"] if known else [])]
                words = [_power(here, key) for key in shown] + ["-"] * (not known)
                rows.append((data, model, str(label), str(batch), *words))
    return rows


def _theorems(found: xarray.Dataset) -> list[tuple[str, ...]]:
    """L8 to L10, a row a radius."""
    rows = []
    for rho in found.flat_rho.values:
        cell = found.sel(flat_rho=rho).isel(look=-1)
        pairs = ("averaged", "fitted")
        words = [
            f"{float(value):.3g}"
            for name in pairs
            for value in (cell[name], cell[name] / cell[f"{name}_bound"])
        ]
        rows.append((f"{rho:g}", *words, f"{float(cell.sharp):.6g}"))
    return rows


def _at(powers: xarray.Dataset, at: dict, label: str) -> xarray.Dataset:
    """One cell, at the largest radius a method has."""
    here = powers.sel(at)
    level = 0 if label == "GD" else -1
    return here.isel(rho_level=level)


def _power(here: xarray.Dataset, key: str) -> str:
    if key not in here or not np.isfinite(here[key]):
        return "-"
    value = float(here[key])
    return f"{value:.2f} +- {float(here[f'{key}_high']) - value:.2f}"
