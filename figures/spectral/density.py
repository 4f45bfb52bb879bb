"""Spectral densities at the ends, of every method."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import height, title
from figures.spectral.words import heading, name

NEEDS = ("above", "below", "level", "eigenvalue")
CELL = "middle"
BIN = 4  # levels: half a decade
DECADES = 3.2  # below the largest eigenvalue; a quadrature tells none far below


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a task: eigenvalues per decade, positive solid, negative dashed."""
    tasks = [t for t in dataset.task.values if shown(dataset.sel(task=t))]
    columns = 2 if style.width() < 6 else min(4, max(2, len(tasks)))
    rows = -(-len(tasks) // columns)
    figure = Figure(figsize=(style.width(), height(rows, 1.9, 1.2)))
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes, task in zip(panels.flat, tasks, strict=False):
        panel(axes, dataset.sel(task=task, cell=CELL))
        axes.set_title(heading(str(task)))
    for axes in panels.flat[len(tasks) :]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        axes.set_ylabel("eigenvalues\nper decade")
    for axes in panels[-1]:
        axes.set_xlabel(r"size $|\lambda|$")
    handles = [
        Line2D([], [], color=style.color(label), label=name(label))
        for label in dataset.algorithm.values.astype(str)
    ]
    for how, words in (("-", "positive"), ((0, (2, 1)), "negative")):
        handles.append(Line2D([], [], color="#555555", ls=how, label=words))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    title(figure, "Hessian spectra at the end, at one learning rate, middle radius")
    return figure


def shown(here: xarray.Dataset) -> bool:
    """Whether anything was measured of it."""
    return bool(np.isfinite(here.above.sel(cell=CELL)).any())


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Means over the seeds that ended."""
    level = here.level.values[::BIN]
    middle = np.sqrt(level[1:] * level[:-1])
    wide = np.log10(level[1] / level[0])
    highest = float(here.eigenvalue.max())
    for label in here.algorithm.values.astype(str):
        own = here.sel(algorithm=label)
        for counts, how, width in (
            (own.above, "-", 1.3),
            (own.below, (0, (2, 1)), 0.9),
        ):
            count = counts.mean("seed").values[::BIN]
            density = -np.diff(count) / wide
            density = np.where(density > 0, density, np.nan)
            axes.plot(middle, density, color=style.color(label), ls=how, lw=width)
    axes.set(xscale="log", yscale="log", ylim=(1, None))
    axes.set_xlim(highest * 10**-DECADES, 3 * highest)
