"""Maps over learning rate and radius: test accuracy, and how much seeds differ."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import FuncNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures import style
from figures.networks import grid
from figures.networks.layout import height, narrow, title
from figures.networks.marks import AROUND, LINE, outline, texture_cells
from figures.networks.seeds import diverged
from figures.networks.words import drawn, logarithmic, plain, radius
from figures.saddles.legends import telling

NEEDS = (
    "test_accuracy", "eta", "rho", "diverged", "range_test_low", "range_test_high",
)  # fmt: skip
COLORS = {"accuracy": "cividis", "spread": "magma"}
UNITS = {"accuracy": "%", "spread": "points"}
NEVER = 100.1  # per cent: even no error at all has a logarithm
TICKS = (10, 50, 70, 80, 90, 95, 98, 99, 100)  # per cent
TELLING = ("fashion_mnist mlp relu", "digits mlp tanh")
TEXTURES = {"some seeds diverged": "////", "all seeds diverged": "xxxx"}
MISSING = "#DDDDDD"
BEST = {"marker": "*", "color": "white", "mec": "black", "mew": 0.7, "ms": 9, "ls": ""}


def draw(dataset: xarray.Dataset) -> Figure:
    """The picture README shows: two tasks."""
    return draw_all(dataset.sel(task=telling(TELLING, dataset.task.values)))


def draw_all(dataset: xarray.Dataset) -> Figure:
    """Mean test accuracy, a row a task, a column a method."""
    words = "Test accuracy over learning rate and radius, mean of the seeds"
    return _figure(dataset, "accuracy", words)


def draw_spread(dataset: xarray.Dataset) -> Figure:
    """Standard deviation of the test accuracy over the seeds."""
    words = "How much seeds differ: standard deviation of the test accuracy"
    return _figure(dataset, "spread", words)


def _figure(dataset: xarray.Dataset, kind: str, words: str) -> Figure:
    tasks, labels = list(dataset.task.values), list(dataset.algorithm.values)
    width = style.width()
    figure = Figure(figsize=(width, height(len(tasks), 1.65, 1.3)))
    figure.get_layout_engine().set(w_pad=0.02, wspace=0)
    panels = figure.subplots(
        len(tasks), len(labels), sharey="row", squeeze=False,
        width_ratios=grid.widths(dataset, labels),
    )  # fmt: skip
    for task, row in zip(tasks, panels, strict=True):
        here = dataset.sel(task=task)
        norm = scale(here, kind)
        for label, axes in zip(labels, row, strict=True):
            panel(axes, here.sel(algorithm=label), kind, norm)
        row[0].set_ylabel(f"{narrow(plain(task), 6)}\n" + r"$\eta$")
        figure.colorbar(
            ScalarMappable(norm, COLORS[kind]), ax=row, pad=0.01, aspect=14,
            extend="neither" if kind == "accuracy" else "max", label=UNITS[kind],
            ticks=TICKS if kind == "accuracy" else None, format="{x:g}",
        )  # fmt: skip
    for label, top, bottom in zip(labels, panels[0], panels[-1], strict=True):
        top.set_title(drawn(label))
        bottom.set_xlabel(radius(label))
    figure.legend(
        handles=_legend(dataset, kind), loc="outside lower center",
        ncols=int(width / 1.9),
    )  # fmt: skip
    title(figure, words)
    return figure


def shown(at: xarray.Dataset, kind: str) -> xarray.DataArray:
    """A value a cell, NaN where a run has none: survivors alone are no mean."""
    found = at.test_accuracy.where(np.isfinite(at.test_accuracy))
    if kind == "accuracy":
        return 100 * found.mean("seed", skipna=False)
    return 100 * found.std("seed", ddof=1, skipna=False)


def scale(here: xarray.Dataset, kind: str) -> Normalize:
    """One scale of colours for all methods of a task, of errors logarithmic."""
    values = shown(here, kind)
    low, high = float(values.min()), float(values.max())
    if kind == "spread":
        known = values.notnull().any()
        return Normalize(0, max(float(values.quantile(0.95)), 0.1) if known else 1)
    if not high - low > 0:
        low, high = (0, 100) if np.isnan(low) else (low - 1, high)
    return FuncNorm((_sight, _accuracy), low, high)


def _sight(accuracy: np.ndarray) -> np.ndarray:
    """What an accuracy looks like: from 98 to 99 % is as far as from 50 to 75 %."""
    return -np.log2(NEVER - np.asarray(accuracy, dtype=float))


def _accuracy(sight: np.ndarray) -> np.ndarray:
    return NEVER - 2.0 ** -np.asarray(sight, dtype=float)


def panel(axes: Axes, at: xarray.Dataset, kind: str, norm: Normalize) -> None:
    """One method on one task."""
    x, y = grid.ends(at)
    values = grid.cells(at, shown(at, kind))
    axes.set_facecolor(MISSING)
    axes.pcolormesh(
        x, y, np.ma.masked_invalid(values), norm=norm, cmap=COLORS[kind],
        rasterized=True,
    )  # fmt: skip
    left = grid.cells(at, diverged(at).mean("seed"))
    for texture, where in zip(
        TEXTURES.values(), ((left > 0) & (left < 1), left == 1), strict=True
    ):
        texture_cells(axes, x, y, where, texture)
    if kind == "accuracy" and np.isfinite(values).any():
        outline(axes, x, y, grid.cells(at, good(at)) > 0)
        row, column = np.unravel_index(np.nanargmax(values), values.shape)
        middle = np.sqrt(x[column] * x[column + 1])
        axes.plot(middle, at.eta[row], **BEST)
    axes.set(xscale="log", yscale="log", xlim=x[[0, -1]], ylim=y[[0, -1]])
    logarithmic(axes.xaxis, (1,))
    logarithmic(axes.yaxis)
    if not grid.ran(at).any():
        axes.set_xticks([])


def good(at: xarray.Dataset) -> xarray.DataArray:
    """Which rates lie in the range that tests as well as the best of its radius."""
    return (at.eta >= at.range_test_low) & (at.eta <= at.range_test_high)


def _legend(dataset: xarray.Dataset, kind: str) -> list:
    left = diverged(dataset).mean("seed")
    occurs = (((left > 0) & (left < 1)).any(), (left == 1).any())
    patches = [
        Patch(fc=MISSING, ec="#333333", lw=0, hatch=texture, label=words)
        for (words, texture), seen in zip(TEXTURES.items(), occurs, strict=True)
        if seen
    ]
    if kind == "spread":
        return patches
    return [
        Line2D([], [], **BEST, label="the method's best cell"),
        Line2D([], [], **LINE, path_effects=AROUND,
               label="first to last rate within one\n"
               r"standard error of its $\rho$'s best"),
        *patches,
    ]  # fmt: skip
