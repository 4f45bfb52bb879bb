"""Pairs of methods at their best cells: differences in test accuracy."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.networks.paired import interval
from experiments.zoo.again.report import PAIRS
from figures import style
from figures.networks.layout import narrow, title
from figures.networks.words import plain
from theory.measured.variants import MARGIN

NEEDS = ("test_accuracy",)
BAND = {"color": "#dddddd", "zorder": 0, "lw": 0}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a pair, a row a task."""
    tasks = list(dataset.task.values)
    figure = Figure(figsize=(style.width(), 1.5 + 0.36 * len(tasks)))
    panels = figure.subplots(1, len(PAIRS), sharex=True, sharey=True)
    for (method, other), axes in zip(PAIRS, panels, strict=True):
        panel(axes, dataset, method, other)
        axes.set_title(narrow(f"{_name(method)} − {_name(other)}", len(PAIRS)))
    names = [_words(task) for task in tasks]
    panels[0].set_yticks(range(len(tasks)), names)
    panels[0].set_ylim(len(tasks) - 0.4, -0.6)
    figure.supxlabel(
        f"test accuracy, points; all intervals together at 95 %; grey: ± {MARGIN}"
    )
    title(figure, "Each method at its best cell, from fresh seeds")
    return figure


def panel(axes: Axes, dataset: xarray.Dataset, method: str, other: str) -> None:
    """One pair: mean and interval on every task."""
    family = len(PAIRS) * dataset.sizes["task"]
    test = 100 * dataset.test_accuracy
    apart = test.sel(algorithm=method) - test.sel(algorithm=other)
    for y, task in enumerate(dataset.task.values):
        seeds = apart.sel(task=task).dropna("seed").values
        mean, low, high = interval(np.asarray(seeds), family)
        axes.plot([low, high], [y, y], color=style.color(method), lw=2)
        axes.plot(mean, y, "o", color=style.color(method), ms=4)
    axes.axvspan(-MARGIN, MARGIN, **BAND)
    axes.axvline(0, color="black", lw=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4))


def _name(label: str) -> str:
    return label.replace("AdaSAM (rho 0)", "AMSGrad")


def _words(task: str) -> str:
    """The data alone: the model is one."""
    data = plain(task).removesuffix(" MLP ReLU")
    return data.replace(" noisy", ",\nwrong labels")
