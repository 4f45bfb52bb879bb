"""SAM's measured thresholds over T7's, at every saddle, as the radius shrinks."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes

from figures import style
from figures.saddles.legends import plain

SHAPES = ("o", "s", "^", "D", "v", "P")
COLORS = ("#332288", "#117733", "#882255", "#AA7700", "#44AA99", "#777777")
LEAST = 0.02  # eta times curvature; the experiment searches from here upwards


def panel(axes: Axes, dataset: xarray.Dataset) -> None:
    """A marker where all starts leave, a bar down to where all are held."""
    part, outside = _searched(dataset)
    owners = [name.rsplit(" ", 1)[0] for name in part.saddle.values]
    kinds = list(dict.fromkeys(owners))
    for i, owner in enumerate(owners):
        aside = 1.05 ** (i - len(owners) / 2)  # so that saddles do not hide others
        _saddle(axes, part.isel(saddle=i), kinds.index(owner) % len(SHAPES), aside)
    for k, owner in enumerate(kinds):
        words = f"{plain(owner)} ({owners.count(owner)})"
        style_of = SHAPES[k % len(SHAPES)], COLORS[k % len(SHAPES)]
        axes.plot([], [], style_of[0], color=style_of[1], ms=4, label=words)
    axes.plot([], [], "o", color="#777777", mfc="white", ms=4, label="no bar found")
    axes.axhline(1, color=style.THEORY, lw=1, ls="--", zorder=0)
    axes.set(xscale="log", ylim=(0.7, 1.4), xlabel=r"$\rho/R$")
    axes.set_ylabel(r"$\eta$ over $\eta^*$", labelpad=1)
    axes.set_title("SAM, saddles of all landscapes\nfrom all held (bar) to all left")
    if outside:
        words = f"not shown: {', '.join(outside)}\n($\\eta^*$ below the search)"
        place = {"transform": axes.transAxes, "fontsize": "small"}
        axes.text(0.03, 0.04, words.replace("_", " "), **place)
    axes.legend(loc="upper left", fontsize="small", handlelength=1, labelspacing=0.2)


def _searched(dataset: xarray.Dataset) -> tuple[xarray.Dataset, list[str]]:
    """Saddles with a threshold in the range searched, and names of those outside."""
    part = dataset.sel(algorithm="SAM")
    told = part.threshold_predicted.isel(rho_level=0) * part.curvature
    outside = list(part.saddle.values[(told <= LEAST).values])
    return part.isel(saddle=np.flatnonzero(told > LEAST)), outside


def _saddle(axes: Axes, one: xarray.Dataset, k: int, aside: float) -> None:
    x = (one.rho / one.radius).values * aside
    low, high = (
        (one[f"threshold_{side}"] / one.threshold_predicted).values
        for side in ("low", "high")
    )
    both = np.isfinite(low)
    axes.plot(x, high, color=COLORS[k], lw=0.6, alpha=0.6)
    axes.vlines(x[both], low[both], high[both], color=COLORS[k], lw=1)
    look = {"color": COLORS[k], "ms": 4, "mew": 0.8, "ls": ""}
    axes.plot(x[both], high[both], marker=SHAPES[k], **look)
    axes.plot(x[~both], high[~both], marker=SHAPES[k], mfc="white", **look)
