"""Test accuracy over the learning rate, each method at its chosen radius."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks import grid
from figures.networks.accuracy_maps import LOST, shown
from figures.networks.layout import title
from figures.networks.seeds import DIVERGED, LEVEL, diverged, interval
from figures.networks.words import drawn, logarithmic, plain, rate

NEEDS = ("test_accuracy", "eta", "rho", "diverged", "chosen_rho")


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
    labels = here.algorithm.values
    for label in labels:
        at = here.sel(algorithm=label)
        _method(axes, at.isel(rho_level=chosen(at)))
    best = float(shown(here, "accuracy").max())
    if np.isfinite(best):
        least = float(shown(here, "accuracy").min())
        low = max(least, best - LOST)
        axes.set_ylim(low - 0.04 * (best - low) - 0.1, best + 0.1 * (best - low) + 0.1)
    axes.set(title=plain(str(here.task.item())), xscale="log", xlabel=r"$\eta$")
    axes.set_xlim(*np.array([0.9, 1.1]) * here.eta.values[[0, -1]])
    logarithmic(axes.xaxis)
    axes.legend(handles=_radii(here), loc="lower center", fontsize="x-small")


def chosen(at: xarray.Dataset) -> int:
    """The level of the radius that a method chooses."""
    levels = grid.levels(at)
    distance = np.abs(at.rho.values[levels] - float(at.chosen_rho))
    return int(levels[0] if np.isnan(distance).all() else levels[distance.argmin()])


def _method(axes: Axes, at: xarray.Dataset) -> None:
    """A line up to where a seed diverges, and there a cross."""
    color = style.color(str(at.algorithm.item()))
    left = diverged(at).any("seed").values
    center, half = (part.where(~left) for part in interval(100 * at.test_accuracy))
    axes.fill_between(at.eta, center - half, center + half, color=color, alpha=0.2,
                      lw=0)  # fmt: skip
    axes.plot(at.eta, center, color=color, marker=".", ms=4)
    if left.any():
        axes.plot(at.eta.values[left], np.full(left.sum(), 0.97),
                  **(DIVERGED | {"color": color}),
                  transform=axes.get_xaxis_transform())  # fmt: skip


def _radii(here: xarray.Dataset) -> list[Line2D]:
    found = []
    for label in here.algorithm.values:
        words = rate(label, float(here.chosen_rho.sel(algorithm=label)))
        if words:
            found.append(
                Line2D([], [], color=style.color(label), label=f"{label}, {words}")
            )
    return found


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    lines = [
        Line2D([], [], color=style.color(n), label=drawn(n))
        for n in dataset.algorithm.values
    ]
    if diverged(dataset).any():
        lines.append(Line2D([], [], **DIVERGED, label="a seed diverged"))
    return lines
