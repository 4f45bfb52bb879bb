"""Ends of ordinary training: the Hessian's index, and how many runs stall there."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.networks.saddles.shares import CURVED, stalled
from experiments.networks.saddles.stalled import STALLED
from figures import style
from figures.networks.layout import height, title
from figures.networks.words import plain

NEEDS = ("train_index", "train_fall", "train_lam_max")
# First indices of the bins: most networks have many negative eigenvalues or few.
FIRST = np.array([0, 1, 2, 3, 5, 9, 17, 33])
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
    """A bar an index and method; dark: the part that stalls."""
    labels = at.algorithm.values
    wide = 0.8 / len(labels)
    for k, label in enumerate(labels):
        every, rest = shares(at.sel(algorithm=label))
        x = np.arange(len(FIRST)) + wide * (k - (len(labels) - 1) / 2)
        color = style.color(label)
        axes.bar(x, every, wide, color=color, alpha=FAINT, lw=0)
        axes.bar(x, rest, wide, color=color, lw=0)
    axes.set_xticks(range(len(FIRST)), names())


def names() -> list[str]:
    """`0`, `3–4`, `33+`."""
    ends = zip(FIRST[:-1], FIRST[1:] - 1, strict=True)
    return [*(f"{a}–{b}" if a < b else f"{a}" for a, b in ends), f"{FIRST[-1]}+"]


def shares(at: xarray.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Of the finite runs of one method: by index, all and those that stall."""
    last = at.isel(check=-1)
    known = np.isfinite(last.train_lam_max).values.ravel()
    index = last.train_index.sel(threshold=CURVED).values.ravel()[known]
    rest = stalled(last).values.ravel()[known]
    place = np.searchsorted(FIRST, index, side="right") - 1
    count = max(known.sum(), 1)
    return tuple(
        np.bincount(part, minlength=len(FIRST)) / count for part in (place, place[rest])
    )


def _legend(dataset: xarray.Dataset) -> list[Patch]:
    grey = "#555555"
    rest = f"stalled: loss within {100 * STALLED:g} % of a quarter ago"
    return [
        *(Patch(color=style.color(n), label=n) for n in dataset.algorithm.values),
        Patch(color=grey, alpha=FAINT, lw=0, label="all runs"),
        Patch(color=grey, lw=0, label=rest),
    ]
