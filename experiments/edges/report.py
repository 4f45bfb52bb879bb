"""The table and the answer of `experiments.edge_of_stability`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.edges.hovering import (
    PLAIN,
    flattening,
    kept,
    last,
    mean,
    over,
    reached,
    trend,
)
from experiments.text import align
from theory import methods
from theory.balance import balance

HEAD = (
    "data", "method", "rho", "came to it", "over 2/eta", "over its edge",
    "at its gamma", "over GD's", "trend", "loss", "cos(g,v1)", "in top",
)  # fmt: skip
NOTES = """\
Largest eigenvalue in the last quarter of training; mean over the learning rates, then
  over the seeds, with 95 % intervals by Student's t.
came to it: runs that came to their edge (at its gamma) in the second half; d: diverged,
  not counted elsewhere.
its edge: T13's, where g lies along one curvature: 2/eta for GD, SSAM, SSAM-N.
at its gamma: the edge at the measured |g|/|d'| (SSAM, SSAM-N), wherever g points; near
  1 for any mode that bounces, at whatever curvature: no evidence of its own.
over GD's: at the same rate and seed; trend: over its own in the third quarter.
cos(g,v1), in top: of g along the first eigenvector, and within the first two or so."""
LATE_HEAD = (
    "data", "switch", "rho", "over 2/eta", "at last", "over GD's", "its edge", "growth",
    "predicted", "seeds", "cos(g,v1)", "balance", "loss over GD's",
)  # fmt: skip
LATE_NOTES = """\
Switch from GD, late. Largest eigenvalue over 2/eta then and at the end; over GD's: that
  of GD going on; its edge, over 2/eta. growth: of ln |g along v1| a step, at first, and
  ln |multiplier| there, on the seeds where it rose slowly enough to have a slope.
balance: the cosine at the end at which renormalisation holds a mode of that curvature
  in a 2-cycle, the rest of g in flat directions."""


def table(dataset: xarray.Dataset) -> str:
    """One row a method and radius, then the late switches."""
    rows = [HEAD]
    for data in dataset.data.values:
        part = dataset.sel(data=data)
        for name in part.algorithm.values:
            rows += [_row(part, data, name, level) for level in _levels(part, name)]
    text = [align(rows), NOTES]
    if "late_sharpness" in dataset:
        text += [align([LATE_HEAD, *_late_rows(dataset)]), LATE_NOTES]
    return "\n\n".join(text)


def _levels(part: xarray.Dataset, name: str) -> range:
    return range(int(part.rho.sel(algorithm=name).notnull().sum()))


def _row(part: xarray.Dataset, data: str, name: str, level: int) -> tuple[str, ...]:
    own = part.sel(algorithm=name).isel(rho_level=level)
    flat = "-"
    if "GD" in part.algorithm:
        flat = str(mean(flattening(part).sel(algorithm=name).isel(rho_level=level)))
    return (
        data,
        name,
        f"{float(own.rho):.3g}",
        _came(own),
        *(str(mean(over(own, e))) for e in ("gd", "edge", "edge_measured_gamma")),
        flat,
        str(mean(trend(own))),
        *(str(mean(last(own[what]))) for what in ("loss", "cos_g_v1", "cos_g_top")),
    )


def _came(own: xarray.Dataset, word: str = "d") -> str:
    """`14 of 15`, and how many diverged."""
    lost = int((own.diverged >= 0).sum())
    count = f"{int(reached(own).sum())} of {own.diverged.size}"
    return f"{count}, {lost} {word}" if lost else count


def _late_rows(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = []
    for data in dataset.data.values:
        part = dataset.sel(data=data)
        if part.late_eta.isnull():
            continue
        control = part.sel(late_algorithm="GD>GD").isel(rho_level=0)
        for name in part.late_algorithm.values:
            own = part.sel(late_algorithm=name)
            for level in range(int(own.late_rho.notnull().sum())):
                rows.append(_late_row(own.isel(rho_level=level), control, data, name))
    return rows


def _late_row(
    own: xarray.Dataset, control: xarray.Dataset, data: str, name: str
) -> tuple[str, ...]:
    first, end = (own.late_sharpness.isel(top=0, late_check=i) for i in (0, -1))
    rose = own.late_growth.notnull()
    gd = 2 / own.late_eta
    return (
        data,
        name,
        f"{float(own.late_rho):.3g}",
        str(mean(first / gd)),
        str(mean(end / gd)),
        str(mean(end / control.late_sharpness.isel(top=0, late_check=-1))),
        str(mean(own.late_edge.isel(late_check=-1) / gd)),
        str(mean(own.late_growth)),
        str(mean(own.late_growth_predicted.where(rose))),
        f"{int(rose.sum())} of {rose.size}",
        str(mean(own.late_cos_g_v1.isel(late_check=-1))),
        str(mean(_balance(own, name))),
        str(mean((own.late_loss / control.late_loss).isel(late_check=-1))),
    )


def _balance(own: xarray.Dataset, name: str) -> xarray.DataArray:
    """The cosine of `theory.balance` at the end; NaN without renormalisation."""
    _, _, label = name.partition(">")
    end = own.isel(late_check=-1)
    lam = end.late_sharpness.isel(top=0)
    if label not in PLAIN:
        return lam * np.nan
    method = methods.make(label, rho=float(own.late_rho))
    cosine = balance(method, float(own.late_eta), lam.values, end.late_g_norm.values)
    return lam.copy(data=cosine)


def answer(dataset: xarray.Dataset) -> str:
    """The answer in two or three sentences a data set, every number out of the data."""
    return "\n".join(_answer(dataset.sel(data=name)) for name in dataset.data.values)


def _answer(part: xarray.Dataset) -> str:
    words = [_clause(part, name) for name in part.algorithm.values]
    text = f"{part.data.item()}: the largest eigenvalue settles {'; '.join(words)}."
    pairs = [n for n in PLAIN if {n, PLAIN[n], "GD"} <= set(part.algorithm.values)]
    for name in pairs:
        share = kept(part, name)
        text += f" {name} keeps {share} of {PLAIN[name]}'s flattening beyond GD."
    worst = float(np.nanmax(part.residual))
    return f"{text} (Residuals of the eigenpairs: at most {worst:.2g}.)"


def _clause(part: xarray.Dataset, name: str) -> str:
    own = part.sel(algorithm=name).isel(rho_level=slice(len(_levels(part, name))))
    words = f"under {name} at {mean(over(own, 'edge'))} of its edge"
    if name in PLAIN:
        words += f" ({mean(over(own, 'edge_measured_gamma'))} of that at its gamma)"
    elif name != "GD":
        words += f" and {mean(over(own, 'gd'))} of 2/eta"
    return f"{words} ({_came(own, 'diverged')} runs came to it)"
