"""How much larger a method's range of learning rates is than SGD's."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks import grid
from figures.networks.layout import height, narrow, title
from figures.networks.seeds import LEVEL
from figures.networks.words import logarithmic, method_lines, plain

ROWS = {
    "train_largest_ratio": "largest rate\nthat trains",
    "train_width_ratio": "range that trains,\nhighest / lowest",
    "test_width_ratio": "range of test acc.,\nhighest / lowest",
}
WITHOUT = "test_width_ratio"  # whose interval a few seeds do not tell
NEEDS = (
    "rho", WITHOUT,
    *(name + end for name in ROWS if name != WITHOUT for end in ("", "_low", "_high")),
)  # fmt: skip
ONE = "GD"
SHIFT = 1.08  # of one method beside the next, a factor
NONE = {"marker": "x", "ms": 4, "mew": 1.2, "ls": ""}
RISE = 0.05  # of one method's crosses above the next's, a part of the panel


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a task; a row for the largest rate, one for the range's width."""
    tasks = list(dataset.task.values)
    figure = Figure(figsize=(style.width(), height(len(ROWS), 1.7, 1.6)))
    panels = figure.subplots(
        len(ROWS), len(tasks), sharex=True, sharey="row", squeeze=False
    )
    for (name, words), row in zip(ROWS.items(), panels, strict=True):
        for task, axes in zip(tasks, row, strict=True):
            panel(axes, dataset.sel(task=task, versus=ONE), name)
        row[0].set_ylabel(words)
        logarithmic(row[0].yaxis)
    for task, top, bottom in zip(tasks, panels[0], panels[-1], strict=True):
        top.set_title(narrow(plain(task), len(tasks)))
        bottom.set_xlabel(r"$\rho$")
        logarithmic(bottom.xaxis, (1,))
    labels = [str(n) for n in dataset.algorithm.values if n != ONE]
    cross = Line2D([], [], color="black", **NONE, label="a seed has no such rate")
    figure.legend(
        handles=[*method_lines(labels), cross], loc="outside lower center",
        ncols=int(style.width() / 1.3),
    )  # fmt: skip
    title(
        figure,
        "Ranges of the learning rate over SGD's\n"
        f"(means over seeds, {100 * LEVEL:.0f} % intervals; of test accuracy one range "
        "of the mean, to two steps of the grid; "
        r"$\rho$ a length for SAM and SSAM-N, else 1/curvature)",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset, name: str) -> None:
    """A line a method over the radius, with intervals; a cross where there is none."""
    axes.axhline(1, color=style.THEORY, lw=0.8, ls="--", zorder=0)
    others = [label for label in here.algorithm.values if label != ONE]
    for k, label in enumerate(others):
        at = here.sel(algorithm=label)
        levels, color = grid.ran(at), style.color(label)
        x = at.rho.values[levels] * SHIFT ** (k - 1.5)
        mean = at[name].values[levels]
        axes.plot(x, mean, color=color, marker="o", ms=3.5, lw=1.2)
        if name != WITHOUT:
            ends = (at[name + end].values[levels] for end in ("_low", "_high"))
            axes.vlines(x, *ends, color=color, lw=1.0)
        none = x[np.isnan(mean)]
        axes.plot(none, np.full(none.size, RISE * (k + 1)), color=color, **NONE,
                  transform=axes.get_xaxis_transform())  # fmt: skip
    axes.set(xscale="log", yscale="log")
