"""Largest eigenvalue, trace and effective rank over SGD's, with intervals."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

from figures import style
from figures.networks.layout import height, title
from figures.spectral.words import heading, name
from theory.measured.spectra import compared

NEEDS = ("eigenvalue", "trace", "effective_rank")
SGD = "GD"
WHAT = {
    "largest": r"largest eigenvalue $\lambda_1$",
    "trace": r"trace",
    "effective_rank": r"effective rank",
}
MARKS = {"small": "o", "middle": "s", "large": "D", "own": "*", "late": "^"}
TOLD = {
    "small": "small radius", "middle": "middle", "large": "large",
    "own": "own best rate and radius", "late": "late switch from GD",
}  # fmt: skip
TICKS = (0.1, 0.2, 0.5, 1, 2, 5)


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a task, a column a quantity; a line a method, a mark a cell."""
    tasks = [str(t) for t in dataset.task.values]
    labels = [str(a) for a in dataset.algorithm.values if a != SGD]
    size = (style.width(), height(len(tasks), 0.21 * len(labels) + 0.5, 1.3))
    figure = Figure(figsize=size)
    panels = figure.subplots(
        len(tasks), len(WHAT), sharex="col", sharey=True, squeeze=False
    )
    for task, row in zip(tasks, panels, strict=True):
        for what, axes in zip(WHAT, row, strict=True):
            panel(axes, dataset, task, labels, what)
        row[0].set_yticks(range(len(labels)), [name(label) for label in labels])
        row[0].set_ylabel(heading(task), rotation=0, ha="right", va="center")
        row[0].set_ylim(len(labels) - 0.5, -0.5)
    for what, axes in zip(WHAT, panels[-1], strict=True):
        axes.set_xlabel(f"{WHAT[what]} over SGD's")
    handles = [
        Line2D([], [], color="#555555", marker=mark, ls="", ms=4.5, label=TOLD[cell])
        for cell, mark in MARKS.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    title(
        figure,
        "What each method flattens, seed by seed beside SGD (95 % intervals; hollow: "
        "they hold 1)",
    )
    return figure


def panel(
    axes: Axes, dataset: xarray.Dataset, task: str, labels: list[str], what: str
) -> None:
    """Every method and cell of one task."""
    axes.axvline(1, color=style.THEORY, lw=0.6)
    reach = 1.1
    for y, label in enumerate(labels):
        for k, (cell, mark) in enumerate(MARKS.items()):
            found = compared(dataset, task, label, SGD, cell, what)
            if not np.isfinite(found.value):
                continue
            place, color = y + 0.15 * (k - 2), style.color(label)
            apart = found.low > 1 or found.high < 1
            axes.plot([found.low, found.high], [place] * 2, color=color, lw=0.8)
            axes.plot(
                found.value, place, mark, color=color, ms=5.5 if mark == "*" else 3.6,
                mfc=color if apart else "white", mew=0.7,
            )  # fmt: skip
            reach = max(reach, found.value, 1 / found.value)
    axes.set_xscale("log")
    low, high = axes.get_xlim() if axes.get_xlim()[0] > 0.02 else (1, 1)
    axes.set_xlim(min(low, 1 / (1.15 * reach)), max(high if high < 9 else 1, 1.3))
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
