"""Every method's distance over SGD's, on the same data and mini-batches."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures import style
from figures.networks.layout import height, title
from figures.stable.words import called, tasks, telling
from theory.measured import stability as told

NEEDS = ("distance", "times")
ONE = "GD"
MOST = 4.0  # farther ratios stand at the edge, with a triangle


def draw(found: xarray.Dataset) -> Figure:
    """A row a task, a column a batch size."""
    names, batches = tasks(found), [str(b) for b in found.batch.values]
    beside = told.against(found)
    figure = Figure(figsize=(style.width(), height(len(names), 1.15, 1.2)))
    grid = figure.subplots(
        len(names), len(batches), sharex=True, sharey="row", squeeze=False
    )
    for row, pair in zip(grid, names, strict=True):
        for axes, batch in zip(row, batches, strict=True):
            panel(axes, beside.sel(problem=telling(found, *pair), batch=batch))
        n = found.n.sel(problem=telling(found, *pair)).item()
        row[0].set_ylabel(f"{called(*pair)}\n$n$ {n:.0f}", size="small")
    for axes, batch in zip(grid[0], batches, strict=True):
        axes.set_title("all samples" if batch == "all" else f"batches of {batch}")
    for axes in grid[-1]:
        axes.set_xlabel(r"$\eta\beta$")
        axes.xaxis.set_major_locator(FixedLocator(found.eta_level.values))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    labels = [name for name in found.algorithm.values if name != ONE]
    figure.legend(
        handles=[Line2D([], [], color=style.color(n), label=n) for n in labels],
        loc="outside lower center",
        ncols=4,
    )
    rho = float(found.rho_level[-1])
    title(
        figure,
        "Distance of runs on neighbouring data over SGD's, at equal learning rate\n"
        rf"(geometric mean, simultaneous 95 % intervals; $\rho$ = {rho:g}/$\beta$)",
    )
    return figure


def panel(axes: Axes, cell: xarray.Dataset) -> None:
    """Lines a method over the learning rate."""
    cell = cell.isel(rho_level=-1)
    shift = np.linspace(0.94, 1.06, cell.sizes["algorithm"])
    for label, by in zip(cell.algorithm.values, shift, strict=True):
        one, color = cell.sel(algorithm=label), style.color(label)
        known = np.isfinite(one.ratio.values)
        if label == ONE or not known.any():
            continue
        x, y = one.eta_level.values[known] * by, one.ratio.values[known]
        ends = np.clip([one.low.values[known], one.high.values[known]], 1 / MOST, MOST)
        axes.plot(x, np.clip(y, 1 / MOST, MOST), "o-", color=color, lw=1, ms=2.5)
        axes.vlines(x, *ends, color=color, lw=1)
        for value, mark in ((y > MOST, "^"), (y < 1 / MOST, "v")):
            axes.plot(x[value], np.clip(y, 1 / MOST, MOST)[value], mark, color=color)
    axes.axhline(1, color=style.THEORY, lw=0.7)
    axes.set(xscale="log", yscale="log")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.9), max(high, 1.12))
    wide = max(high, 1 / low) > 1.6
    ticks = [0.25, 0.5, 1, 2, 4] if wide else [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
