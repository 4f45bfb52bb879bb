"""Excess risk over the learning rate, each method at its best radius there."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style
from figures.networks.layout import height, narrow, title
from figures.networks.words import logarithmic, method_lines
from figures.risk.layout import batch, name, shown

NEEDS = ("excess_mean", "excess_error", "population")
BAND = 1.96  # standard errors


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a data set, a row a size of batch."""
    columns, batches = shown(dataset), dataset.batch.values.astype(str)
    figure = Figure(figsize=(style.width(), height(len(batches), 1.6, 1.5)))
    grid = figure.subplots(
        len(batches), len(columns), sharex=True, sharey="col", squeeze=False
    )
    for (task, n), column in zip(columns, grid.T, strict=True):
        column[0].set_title(f"{narrow(name(task), len(columns))}\nn = {n}")
        for label, axes in zip(batches, column, strict=True):
            panel(axes, dataset.sel(task=task, n=n, batch=label))
        _limits(column, dataset.sel(task=task, n=n))
        column[-1].set_xlabel(r"$\eta L_b$")
    for label, axes in zip(batches, grid[:, 0], strict=True):
        axes.set_ylabel(f"{batch(label)}\nexcess risk / min F")
    figure.legend(
        handles=method_lines(list(dataset.algorithm.values.astype(str))),
        loc="outside lower center", ncols=5 if style.width() > 6 else 3,
        title="Mean over training sets after the last step, each method at its best "
        "radius for the learning rate;\nbands: 95 % of the mean; dots: the best; "
        "dashed: at the largest radius.",
        title_fontsize="x-small",
    )  # fmt: skip
    title(figure, "Excess test risk on resampled training sets")
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """A curve a method, a dot at its best learning rate."""
    last = here.isel(checkpoint=-1)
    scale = float(here.population.mean())
    if np.isnan(scale):
        axes.text(0.5, 0.5, "none", ha="center", transform=axes.transAxes)
        return
    for label in last.algorithm.values.astype(str):
        one = last.sel(algorithm=label)
        level = one.excess_mean.fillna(np.inf).argmin("rho_level")
        mean, error = (
            one[f"excess_{part}"].isel(rho_level=level).values / scale
            for part in ("mean", "error")
        )
        mean = np.where(np.isfinite(mean), mean, np.nan)
        color, eta = style.color(label), last.eta.values
        if style.method(label).has_radius:
            far = one.excess_mean.isel(rho_level=-1).values / scale
            far = np.where(np.isfinite(far), far, np.nan)
            axes.plot(eta, far, color=color, lw=0.8, ls=(0, (4, 2)))
        axes.plot(eta, mean, color=color, lw=1.2)
        low = np.maximum(mean - BAND * error, 0.02 * mean)
        axes.fill_between(eta, low, mean + BAND * error, color=color, alpha=0.15, lw=0)
        if np.isfinite(mean).any():
            best = np.nanargmin(mean)
            axes.plot(eta[best], mean[best], "o", color=color, ms=3.5, mew=0, zorder=4)
    axes.set(xscale="log", yscale="log")
    logarithmic(axes.xaxis, (1,))
    axes.grid(color="#EEEEEE", lw=0.5)


def _limits(column: np.ndarray, here: xarray.Dataset) -> None:
    """From the least to twenty times it: what lies above has no use."""
    last = here.excess_mean.isel(checkpoint=-1).min("rho_level")
    scale = here.population.mean("set")
    least = float((last / scale).min())
    for axes in column:
        axes.set_ylim(0.8 * least, 20 * least)
        logarithmic(axes.yaxis)
