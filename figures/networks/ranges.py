r"""The learning rates at which training succeeds, and at which tests are as good."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures import style
from figures.networks import grid
from figures.networks.layout import narrow, title
from figures.networks.words import drawn, logarithmic, plain, rate

NEEDS = (
    "range_train_low", "range_train_high", "range_test_low", "range_test_high",
    "eta", "rho",
)  # fmt: skip
ONE = "GD"
BAR = 0.16  # inches a radius
HEIGHTS = {"train": 0.75, "test": 0.36}
OPAQUE = {"train": 0.35, "test": 1.0}
WORDS = {
    "train": "training succeeds",
    "test": "first to last rate whose tests are within one standard error of the\n"
    r"best of its $\rho$",
}
OPEN = {"color": "black", "ms": 4, "ls": "", "mew": 0, "zorder": 4}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a task, a bar a method and radius."""
    tasks, width = list(dataset.task.values), style.width()
    count = len(_rows(dataset.isel(task=0)))
    figure = Figure(figsize=(width, 1.6 + BAR * count))
    panels = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for task, axes in zip(tasks, panels, strict=True):
        panel(axes, dataset.sel(task=task))
        axes.set_title(narrow(plain(task), len(tasks)))
        axes.set_xlabel(r"$\eta$ / SGD's largest")
    _names(panels[0], dataset.isel(task=0))
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=int(width / 2.6)
    )
    title(
        figure,
        "Ranges of the learning rate, over the largest at which SGD trains",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """One task: a bar a method and radius, a light one and in it a dark one."""
    rows = _rows(here)
    one = float(here.range_train_high.sel(algorithm=ONE).max())
    for y, (label, level) in enumerate(rows):
        at = here.sel(algorithm=label).isel(rho_level=level)
        for kind in HEIGHTS:
            _bar(axes, y, at, kind, one)
    axes.axvline(1, color="black", lw=0.6)
    axes.set(xscale="log", ylim=(len(rows) - 0.4, -0.6))
    if np.isfinite(one):
        axes.set_xlim(*np.array([0.8, 1.25]) * here.eta.values[[0, -1]] / one)
    logarithmic(axes.xaxis, (1,))


def _rows(here: xarray.Dataset) -> list[tuple[str, int]]:
    """Methods and levels of their radii, from top to bottom."""
    return [
        (str(label), int(level))
        for label in here.algorithm.values
        for level in grid.levels(here.sel(algorithm=label))
    ]


def _bar(axes: Axes, y: float, at: xarray.Dataset, kind: str, one: float) -> None:
    """From low to high; a triangle where the grid ends before the range does."""
    low, high = (float(at[f"range_{kind}_{end}"]) for end in ("low", "high"))
    color = style.color(str(at.algorithm.item()))
    if not np.isfinite([low, high, one]).all():
        if kind == "train":
            axes.text(0.03, y, "none", transform=axes.get_yaxis_transform(),
                      va="center", size="x-small", color=color)  # fmt: skip
        return
    axes.barh(
        y, (high - low) / one, left=low / one, height=HEIGHTS[kind], color=color,
        alpha=OPAQUE[kind], lw=0,
    )  # fmt: skip
    axes.plot([low / one, high / one], [y, y], "|", color=color, ms=5, mew=1.5)
    eta = at.eta.values
    for end, value, mark in ((eta[0], low, "<"), (eta[-1], high, ">")):
        if np.isclose(end, value):
            axes.plot(value / one, y, mark, **OPEN)


def _names(axes: Axes, here: xarray.Dataset) -> None:
    """A method's name and radius beside each bar."""
    names = []
    for label, level in _rows(here):
        rho = float(here.rho.sel(algorithm=label)[level])
        names.append(" ".join(filter(None, (drawn(label), rate(label, rho)))))
    axes.set_yticks(range(len(names)), names)


def _legend(dataset: xarray.Dataset) -> list:
    end = Line2D([], [], marker=">", **OPEN, label="and on: the grid ends")
    return [
        *(
            Patch(color="#555555", alpha=OPAQUE[kind], lw=0, label=words)
            for kind, words in WORDS.items()
        ),
        end,
    ]
