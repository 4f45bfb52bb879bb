"""The largest learning rates that train: a dot a seed, a bar the interval."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import narrow, title
from figures.networks.words import drawn, logarithmic, plain, rate
from theory.measured.upper import STAGES, factor

NEEDS = ("edge", "rho")
ONE = "GD"
LEVEL = 0.05  # of an interval, each by itself
SPREAD = 0.5  # of the dots of a row, in rows
DOT = {"ms": 2.6, "mew": 0, "alpha": 0.45}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a network, a row a method."""
    tasks = list(dataset.task.values)
    labels = [str(label) for label in dataset.algorithm.values]
    figure = Figure(figsize=(style.width(), 1.5 + 0.45 * len(labels)))
    panels = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for task, axes in zip(tasks, panels, strict=True):
        panel(axes, dataset.sel(task=task), labels)
        axes.set_title(narrow(plain(task), len(tasks)))
        axes.set_xlabel(r"largest $\eta$ / SGD's")
    panels[0].set_yticks(range(len(labels)), [drawn(label) for label in labels])
    panels[0].set_ylim(len(labels) - 0.4, -0.6)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=2)
    title(
        figure, "The largest learning rate that trains, over SGD's from the same seed"
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset, labels: list[str]) -> None:
    """One network; SGD's own row is over its geometric mean."""
    one = here.edge.sel(algorithm=ONE)
    middle = float(np.exp(np.log(one).mean()))
    for y, label in enumerate(labels):
        at = here.sel(algorithm=label)
        over = (at.edge / (middle if label == ONE else one)).values
        over = over[np.isfinite(over)]
        if not over.size:
            continue
        _row(axes, y, over, label)
        axes.text(
            1, y - 0.36, rate(label, float(at.rho)), ha="right", va="center",
            transform=axes.get_yaxis_transform(), size="x-small",
        )  # fmt: skip
    axes.axvline(1, color="black", lw=0.6, zorder=0)
    axes.set_xscale("log")
    logarithmic(axes.xaxis, (1, 2, 3, 5, 7))


def _row(axes: Axes, y: float, over: np.ndarray, label: str) -> None:
    """Dots in the seeds' order from top to bottom, and the mean's interval."""
    color = style.color(label)
    places = y + SPREAD * (np.linspace(-0.5, 0.5, len(over)) if len(over) > 1 else 0)
    axes.plot(over, places, "o", color=color, **DOT)
    if label == ONE:
        return
    if len(over) >= STAGES[0]:
        found = factor(over, LEVEL)
        axes.plot([found.low, found.high], [y, y], color="black", lw=2, zorder=3)
    axes.plot(np.exp(np.log(over).mean()), y, "D", color="black", ms=4, zorder=4)


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], marker="o", ls="", color="#555555", **DOT | {"ms": 4},
               label="a seed (SGD: over its mean)"),
        Line2D([], [], marker="D", ms=4, lw=2, color="black",
               label="geometric mean, 95 % interval by itself"),
    ]  # fmt: skip
