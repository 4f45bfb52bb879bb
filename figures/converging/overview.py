"""Rates in the limit, single steps, and the effect of kappa."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.converging import curves
from theory import quadratic_rates

NEEDS = ("rate", "contraction", "best_rate")


def draw(dataset: xarray.Dataset) -> Figure:
    """Three panels side by side; in a column, one below the other."""
    width = style.width()
    wide = width > 6
    figure = Figure(figsize=(width, 3.7 if wide else 9.5))
    axes = figure.subplots(*((1, 3) if wide else (3, 1)))
    curves.limits(axes[0], dataset)
    curves.steps(axes[1], dataset)
    growth(axes[2], dataset)
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=4 if wide else 2
    )
    figure.suptitle(
        "At its best SSAM converges as USAM does: a plateau between GD's two branches"
        if wide
        else "Rates over the learning rate and over kappa"
    )
    return figure


def growth(axes: Axes, dataset: xarray.Dataset) -> None:
    """Steps an e-folding takes at the best rate, over kappa."""
    level = curves.shown(dataset)
    rho = float(dataset.radius[level])
    here = np.flatnonzero(dataset.kind.values.astype(str) == "quadratic")
    real = np.flatnonzero(dataset.kind.values.astype(str) == "strongly convex")
    kappa = np.geomspace(1.5, max(100.0, dataset.kappa.values[here].max()), 100)
    for label in dataset.algorithm.values.astype(str):
        if label not in curves.NAMES:
            continue
        at = dataset.best_rate.sel(algorithm=label).isel(rho_level=level)
        color, name = style.color(label), curves.NAMES[label]
        for rows, mark in ((here, "o"), (real, "^")):
            steps = -1 / np.log(at.values[rows])
            axes.plot(
                dataset.kappa.values[rows], steps, mark, ms=3.4, mfc="white", mew=0.8,
                color=color, zorder=3,
            )  # fmt: skip
        best = quadratic_rates.best_factor(name, 1 / kappa, 1.0, rho)
        axes.plot(kappa, -1 / np.log(best), color=color, lw=1.2)
    axes.set(
        xscale="log", yscale="log", xlabel=r"$\kappa$",
        ylabel=r"steps an $e$-folding takes at the best $\eta$",
        ylim=(0.5, 5e3), title=rf"effect of $\kappa$, $\rho\beta = {rho:g}$",
    )  # fmt: skip


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    labels = [a for a in dataset.algorithm.values.astype(str) if a in curves.NAMES]
    kinds = {"o": "quadratic, measured", "^": "regression on data, measured"}
    return [
        *(Line2D([], [], color=style.color(a), label=a) for a in labels),
        *(
            Line2D([], [], color="#444444", ls="", marker=m, mfc="white", label=told)
            for m, told in kinds.items()
        ),
        Line2D([], [], color="#444444", label="lines: exact rate, exact worst case"),
        Line2D(
            [], [], color="#444444", marker="D", ms=4.5, label="proved in fractions"
        ),
    ]
