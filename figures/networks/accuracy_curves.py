"""Test accuracy over the learning rate, each method at its chosen radius."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks import grid
from figures.networks.accuracy_maps import shown
from figures.networks.layout import title
from figures.networks.seeds import DIVERGED, LEVEL, diverged, interval
from figures.networks.words import drawn, logarithmic, plain

NEEDS = ("test_accuracy", "eta", "rho", "diverged", "chosen_rho", "chosen_eta")
LOST = 8.0  # percentage points below the best that are shown
CHOSEN = {"marker": "o", "mfc": "white", "mew": 1.3, "ms": 6, "ls": "", "zorder": 5}


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a task, a line a method."""
    tasks, width = list(dataset.task.values), style.width()
    columns = min(2 if width > 6 else 1, len(tasks))
    rows = -(-len(tasks) // columns)
    figure = Figure(figsize=(width, 1.2 + rows * width / columns / 1.75))
    panels = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(panels.flat):
        axes.set_visible(place < len(tasks))
        if place < len(tasks):
            panel(axes, dataset.isel(task=place))
    for axes in panels[:, 0]:
        axes.set_ylabel("test accuracy, %")
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=int(width / 1.7)
    )
    title(
        figure,
        "Test accuracy over the learning rate, each method at the radius it chooses "
        f"on validation data\n(means over seeds, {100 * LEVEL:.0f} % intervals)",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Every method on one task."""
    for row, label in enumerate(here.algorithm.values):
        at = here.sel(algorithm=label)
        _method(axes, at.isel(rho_level=chosen(at)), row)
    best = float(shown(here, "accuracy").max())
    if np.isfinite(best):
        axes.set_ylim(best - LOST, best + 0.2 * LOST)
    axes.set(xscale="log", xlabel=r"$\eta$")
    axes.set_title(f"{plain(here.task.item())}\n{radii(here)}")
    axes.set_xlim(*np.array([0.9, 1.1]) * here.eta.values[[0, -1]])
    logarithmic(axes.xaxis)


def chosen(at: xarray.Dataset) -> int:
    """The level of the radius that a method chooses."""
    levels = grid.levels(at)
    distance = np.abs(at.rho.values[levels] - float(at.chosen_rho))
    return int(levels[0] if np.isnan(distance).all() else levels[distance.argmin()])


def _method(axes: Axes, at: xarray.Dataset, row: int) -> None:
    """A line, a ring at the chosen rate, and a cross where a seed diverges."""
    color = style.color(str(at.algorithm.item()))
    left = diverged(at).any("seed").values
    center, half = (part.where(~left) for part in interval(100 * at.test_accuracy))
    axes.fill_between(at.eta, center - half, center + half, color=color, alpha=0.15,
                      lw=0)  # fmt: skip
    axes.plot(at.eta, center, color=color, marker=".", ms=3, lw=1.3)
    here = np.isclose(at.eta, at.chosen_eta)
    axes.plot(at.eta[here], center[here], color=color, **CHOSEN)
    axes.plot(at.eta.values[left], np.full(left.sum(), 0.97 - 0.035 * row),
              **(DIVERGED | {"color": color, "ms": 3.5}),
              transform=axes.get_xaxis_transform())  # fmt: skip


def radii(here: xarray.Dataset) -> str:
    """The radius that each method chooses."""
    found = [
        f"{label} {float(here.chosen_rho.sel(algorithm=label)):.2g}"
        for label in here.algorithm.values
        if grid.ran(here.sel(algorithm=label)).size
    ]
    return rf"$\rho$: {', '.join(found)}"


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    lines = [
        Line2D([], [], color=style.color(n), label=drawn(n))
        for n in dataset.algorithm.values
    ]
    lines.append(Line2D([], [], color="#555555", **CHOSEN, label="the chosen rate"))
    if diverged(dataset).any():
        lines.append(Line2D([], [], **DIVERGED, label="a seed diverged"))
    return lines
