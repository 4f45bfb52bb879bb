"""Ends of ordinary training: the Hessian's index, and how many rest at a saddle."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.networks.saddles.shares import AT_REST, CURVED
from figures import style
from figures.networks.layout import height, title
from figures.networks.words import plain

NEEDS = ("train_index", "train_steepness", "train_lam_max", "at_saddle")
MOST = 6  # higher indices share the last bin
FAINT = 0.35


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a data set, a column a scale of the initialisation."""
    names, scales = list(dataset.data.values), list(dataset.scale.values)
    figure = Figure(figsize=(style.width(), height(len(names), 2.0)))
    panels = figure.subplots(
        len(names), len(scales), sharex=True, sharey=True, squeeze=False
    )
    for name, row in zip(names, panels, strict=True):
        for scale, axes in zip(scales, row, strict=True):
            panel(axes, dataset.sel(data=name, scale=scale))
        row[0].set_ylabel(f"{plain(name)}\nshare of runs")
    for scale, top, bottom in zip(scales, panels[0], panels[-1], strict=True):
        top.set_title(f"{scale} initialisation")
        bottom.set_xlabel(f"negative eigenvalues, below $-{CURVED:g}\\lambda_1$")
    figure.legend(
        handles=_legend(dataset),
        loc="outside lower center",
        ncols=int(style.width() / 1.6),
    )
    title(figure, "Where ordinary training ends: index of the Hessian there")
    return figure


def panel(axes: Axes, at: xarray.Dataset) -> None:
    """A bar an index and method; dark: the part near a critical point."""
    labels = at.algorithm.values
    wide = 0.8 / len(labels)
    for k, label in enumerate(labels):
        every, rest = shares(at.sel(algorithm=label))
        x = np.arange(MOST + 1) + wide * (k - (len(labels) - 1) / 2)
        color = style.color(label)
        axes.bar(x, every, wide, color=color, alpha=FAINT, lw=0)
        axes.bar(x, rest, wide, color=color, lw=0)
    ticks = [*map(str, range(MOST)), f"{MOST}+"]
    axes.set_xticks(range(MOST + 1), ticks)


def shares(at: xarray.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Of the finite runs of one method: by index, all and those at rest."""
    last = at.isel(check=-1)
    known = np.isfinite(last.train_lam_max).values.ravel()
    index = last.train_index.sel(threshold=CURVED).values.ravel()[known]
    rest = (last.train_steepness < AT_REST).values.ravel()[known]
    index = np.minimum(index, MOST).astype(int)
    count = max(known.sum(), 1)
    return tuple(
        np.bincount(part, minlength=MOST + 1) / count for part in (index, index[rest])
    )


def _legend(dataset: xarray.Dataset) -> list[Patch]:
    grey = "#555555"
    near = rf"at rest: ‖g‖² < {AT_REST:g} $\cdot\,2\lambda_1 f$"
    return [
        *(Patch(color=style.color(n), label=n) for n in dataset.algorithm.values),
        Patch(color=grey, alpha=FAINT, lw=0, label="all runs"),
        Patch(color=grey, lw=0, label=near),
    ]
