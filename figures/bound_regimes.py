"""Whose stability bound is the least: the picture of `experiments.bound_regimes`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.bounds.order import below
from experiments.run import load
from figures import style
from figures.certified.limits import words
from theory.better_bounds import usam_gain_limit

RESULT = "bound_regimes.nc"
# Of increasing lightness in grey.
GAIN, PLAIN, OVER = "#7DB8A0", "#F3F3F3", "#E8C9A0"
EDGE = {"color": style.THEORY, "lw": 1.3}
LINEAR = {"color": style.THEORY, "lw": 1.0, "ls": (0, (1, 1.5))}
ROWS = {False: "one $G$ for all directions", True: "$G$ of the region visited"}


def bound_regimes(results: Path) -> dict[str, Callable[[], Figure]]:
    """One picture.

    Args:
        results: folder of `bound_regimes.nc`.

    Raises:
        ValueError: the result is missing, damaged, or of another version.
    """
    return {"bound_regimes": partial(draw, load(results / RESULT))}


def draw(dataset: xarray.Dataset) -> Figure:
    """Rows: what G bounds; columns: classes."""
    classes = [str(kappa) for kappa in dataset.kappa.values]
    figure = Figure(figsize=(1.25 * style.width(), 4.9))
    grid = figure.subplots(2, len(classes), sharex=True, sharey=True, squeeze=False)
    for visited, row in zip(ROWS, grid, strict=True):
        for kappa, axes in zip(classes, row, strict=True):
            panel(axes, dataset.sel(kappa=kappa), visited)
        row[0].set_ylabel(f"{ROWS[visited]}\n" + r"$\eta\beta$")
    for kappa, top, bottom in zip(classes, grid[0], grid[-1], strict=True):
        top.set_title(words(kappa))
        bottom.set_xlabel(r"$\rho\beta$")
    figure.legend(handles=_legend(), loc="outside lower center", ncols=3)
    figure.suptitle(
        "Whose bound on stability is the least, after many steps? SSAM's is nowhere "
        "below SGD's;\none example of a linear model at a time it is SGD's"
    )
    return figure


def panel(axes: Axes, part: xarray.Dataset, visited: bool) -> None:
    """One class: who is below whom, and where factors are 1."""
    rho, eta = part.rho.values, part.eta.values
    who = np.where(below(part, "SSAM", "USAM", visited), 2, 1)
    who = np.where(below(part, "USAM", "GD", visited), 0, who)
    axes.pcolormesh(
        rho, eta, who.T, cmap=ListedColormap([GAIN, PLAIN, OVER]), vmin=0, vmax=2,
        shading="nearest", rasterized=True,
    )  # fmt: skip
    for label in ("USAM", "SSAM"):
        c = part.factor.sel(algorithm=label).transpose("eta", "rho").values
        if (c < 1 - 1e-9).any() and (c > 1).any():
            axes.contour(
                rho,
                eta,
                c,
                levels=[1 - 1e-9],
                colors=style.color(label),
                linewidths=1.2,
            )
    mu, fine = float(part.curvature), np.geomspace(rho[0], rho[-1], 300)
    edge = usam_gain_limit(mu, 1.0, fine)
    if not visited and (edge > 0).any():
        axes.plot(fine, np.where(edge > 0, edge, np.nan), **EDGE)
    if not visited and mu > 0:
        axes.plot(fine, 2 / (1 + fine + mu), **LINEAR)
    axes.set(xscale="log", xlim=(rho[0], rho[-1]), ylim=(eta[0], eta[-1]))
    _said(axes, part, visited)


def _said(axes: Axes, part: xarray.Dataset, visited: bool) -> None:
    """The sets that are empty, in words."""
    empty = [
        f"{first} < {name}:\nempty"
        for first, second, name in (("USAM", "GD", "SGD"), ("SSAM", "USAM", "USAM"))
        if not below(part, first, second, visited).any()
    ]
    if empty:
        axes.text(
            0.04, 0.03, "\n".join(empty), size="small",
            transform=axes.transAxes, va="bottom",
        )  # fmt: skip


def _legend() -> list:
    return [
        Patch(facecolor=GAIN, label="USAM's is below SGD's"),
        Patch(facecolor=PLAIN, edgecolor="#999999", label="SGD's, then USAM's"),
        Patch(facecolor=OVER, label="SGD's, then SSAM's"),
        Line2D([], [], **EDGE, label="USAM = SGD, closed form"),
        Line2D([], [], **LINEAR, label=r"... linear model, ridge $\mu$, one by one"),
        Line2D([], [], color=style.color("USAM"), lw=1.2, label="USAM's factor is 1"),
        Line2D([], [], color=style.color("SSAM"), lw=1.2, label="SSAM's factor is 1"),
    ]
