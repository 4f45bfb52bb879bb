"""Tuned against tuned: each method at its own best, differences with intervals."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style
from figures.networks.layout import narrow, title
from figures.networks.words import drawn, plain

NEEDS = ("difference", "difference_low", "difference_high")
ROW = 0.24  # inches a comparison
POINTS = 100.0  # percentage points
ENDS = ("", "_low", "_high")


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a task, a row a comparison."""
    pairs, tasks = compared(dataset), list(dataset.task.values)
    width = style.width()
    figure = Figure(figsize=(width, 1.8 + ROW * max(len(pairs), 1)))
    panels = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for task, axes in zip(tasks, panels, strict=True):
        panel(axes, dataset.sel(task=task), pairs)
        axes.set_title(narrow(plain(task), len(tasks)))
    panels[0].set_yticks(
        range(len(pairs)), [f"{drawn(a)} − {drawn(b)}" for a, b in pairs]
    )
    panels[0].set_ylim(len(pairs) - 0.4, -0.6)
    figure.supxlabel(
        f"test accuracy, percentage points\n{caption(dataset)}", fontsize="medium"
    )
    title(
        figure,
        "Each method at its own best rate and radius: what it gains on test data",
    )
    return figure


def compared(dataset: xarray.Dataset) -> list[tuple[str, str]]:
    """Pairs (method, other) that some task has a difference of, by the other."""
    known = dataset.difference.notnull().any("task")
    return [
        (str(label), str(other))
        for other in dataset.versus.values
        for label in dataset.algorithm.values
        if known.sel(algorithm=label, versus=other)
    ]


def panel(axes: Axes, here: xarray.Dataset, pairs: list[tuple[str, str]]) -> None:
    """A point with its interval a comparison, hollow where that holds zero."""
    axes.axvline(0, color=style.THEORY, lw=0.8)
    for y, (label, other) in enumerate(pairs):
        one = here.sel(algorithm=label, versus=other)
        value, low, high = (POINTS * float(one[f"difference{e}"]) for e in ENDS)
        color = style.color(label)
        if np.isnan(value):
            axes.text(0, y, " none", va="center", size="x-small", color=color)
            continue
        face = color if low > 0 or high < 0 else "white"
        axes.plot([low, high], [y, y], color=color, lw=1.6)
        axes.plot(value, y, "o", color=color, mfc=face, ms=5)


def caption(dataset: xarray.Dataset) -> str:
    """What the intervals are, as the experiment says it."""
    names = ("statistic", "multiplicity")
    said = [str(dataset.attrs[name]) for name in names if name in dataset.attrs]
    words = "; ".join([*said, "hollow: it holds zero"])
    return textwrap.fill(words, int(style.width() * 14.5))
