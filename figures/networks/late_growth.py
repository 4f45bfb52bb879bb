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

NEEDS = ("late_growth", "late_growth_predicted", "late_rho")
MARKERS = "osD^v<>p"
ONE = {"color": style.THEORY, "lw": 0.8, "ls": "--", "zorder": 0}


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
        ncols=int(style.width() / 1.6),
    )  # fmt: skip
    title(
        figure,
        "After the switch from gradient descent: growth of the gradient along $v_1$",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Measured over predicted; without a growth to measure there is no point."""
    for marker, name in zip(MARKERS, here.late_algorithm.values, strict=False):
        at = here.sel(late_algorithm=name)
        axes.plot(
            at.late_growth_predicted.values.ravel(), at.late_growth.values.ravel(),
            marker, color=style.color(after(name)), ms=4, mfc="none", mew=0.9,
        )  # fmt: skip
    ends = limits(here)
    axes.plot(ends, ends, **ONE)
    axes.set(xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic(axis)


def limits(here: xarray.Dataset) -> list[float]:
    """From the least to the largest growth that is drawn; 1 where none is."""
    pairs = np.stack([here.late_growth, here.late_growth_predicted])
    drawn = pairs[:, (pairs > 0).all(axis=0)]
    return [drawn.min(), drawn.max()] if drawn.size else [1.0, 1.0]


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    known = dataset.late_growth.notnull().any(["data", "rho_level", "seed"])
    shown = [
        Line2D([], [], marker=marker, ls="", mfc="none", mew=0.9, ms=4,
               color=style.color(after(name)), label=after(name))
        for marker, name in zip(MARKERS, known.late_algorithm.values, strict=False)
        if known.sel(late_algorithm=name)
    ]  # fmt: skip
    return [*shown, Line2D([], [], **ONE, label="as predicted")]
