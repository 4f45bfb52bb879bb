"""After a late switch: how fast the gradient along the top eigenvector grows (L28)."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.late_switch import after
from figures.networks.layout import height, title
from figures.networks.words import logarithmic, plain
from theory.measured.departing import at_first

NEEDS = (
    "late_growth", "late_growth_predicted", "late_g_along_v1", "late_g_norm",
    "late_rho",
)  # fmt: skip
MARKERS = "osD^v<>p"
ONE = {"color": style.THEORY, "lw": 0.8, "ls": "--", "zorder": 0}
SLOPE = {"marker": ".", "ms": 4, "ls": ""}
UNSEEN = {"marker": "|", "ms": 7, "ls": ""}


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a data set, a point a seed, method and radius."""
    names = list(dataset.data.values)
    figure = Figure(figsize=(style.width(), height(1, 2.6, 1.3)))
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for name, axes in zip(names, panels, strict=True):
        panel(axes, dataset.sel(data=name))
        axes.set_title(plain(name))
        axes.set_xlabel(r"predicted: $\ln|1 - \eta\gamma\lambda_1(1 + r\lambda_1)|$")
    panels[0].set_ylabel("measured, a step")
    figure.legend(
        handles=_legend(dataset), loc="outside lower center",
        ncols=int(style.width() / 2.2),
    )  # fmt: skip
    title(
        figure,
        "After the switch from gradient descent: growth of the gradient along $v_1$",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Measured over predicted, at first and by the later slope; ticks where neither.

    A point for whatever was predicted to grow: misses are seen.
    """
    ends = limits(here)
    for marker, name in zip(MARKERS, here.late_algorithm.values, strict=False):
        at, color = here.sel(late_algorithm=name), style.color(after(name))
        x = at.late_growth_predicted.values.ravel()
        first, later = at_first(at).values.ravel(), at.late_growth.values.ravel()
        axes.plot(x, first, marker, color=color, ms=4, mfc="none", mew=0.9)
        axes.plot(x, later, color=color, **SLOPE)
        missed = (x > 0) & ~(first > 0) & ~(later > 0)
        axes.plot(x[missed], np.full(missed.sum(), 0.03), color=color, **UNSEEN,
                  transform=axes.get_xaxis_transform())  # fmt: skip
    axes.plot(ends, ends, **ONE)
    axes.set(xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic(axis)


def limits(here: xarray.Dataset) -> list[float]:
    """From the least to the largest growth that is drawn; 1 where none is."""
    predicted = here.late_growth_predicted.values
    told = np.stack([predicted, at_first(here), here.late_growth])
    drawn = told[(told > 0) & (predicted > 0)]
    return [drawn.min(), drawn.max()] if drawn.size else [1.0, 1.0]


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    rose = (dataset.late_growth_predicted > 0) | (dataset.late_growth > 0)
    rose = rose.any(["data", "rho_level", "seed"])
    shown = [
        Line2D([], [], marker=marker, ls="", mfc="none", mew=0.9, ms=4,
               color=style.color(after(name)), label=f"{after(name)}, at first")
        for marker, name in zip(MARKERS, rose.late_algorithm.values, strict=False)
        if rose.sel(late_algorithm=name)
    ]  # fmt: skip
    grey = "#555555"
    return [
        *shown,
        Line2D([], [], color=grey, **SLOPE, label="slope over five steps or more"),
        Line2D([], [], color=grey, **UNSEEN, label="predicted, not seen"),
        Line2D([], [], **ONE, label="as predicted"),
    ]
