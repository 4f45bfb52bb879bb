"""Excess risk in its parts: generalisation gap, optimisation error, and the rest."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from figures import style
from figures.networks.layout import height, narrow, title
from figures.networks.words import drawn
from figures.risk.layout import batch, name, shown

NEEDS = ("tuned_excess", "tuned_gap", "tuned_optimisation", "offset")
COLORS = {"gap": "#88CCEE", "optimisation": "#DDCC77", "offset": "#DDDDDD"}
WORDS = {
    "gap": r"generalisation gap $F(w_T) - F_S(w_T)$",
    "optimisation": r"optimisation error $F_S(w_T) - \min F_S$",
    "offset": r"$\min F_S - \min F$",
}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a data set, a row a size of batch, a bar a method."""
    columns, batches = shown(dataset), dataset.batch.values.astype(str)
    figure = Figure(figsize=(style.width(), height(len(batches), 1.6, 1.6)))
    grid = figure.subplots(
        len(batches), len(columns), sharex=True, sharey="col", squeeze=False
    )
    for (task, n), column in zip(columns, grid.T, strict=True):
        column[0].set_title(f"{narrow(name(task), len(columns))}\nn = {n}")
        for label, axes in zip(batches, column, strict=True):
            panel(axes, dataset.sel(task=task, n=n, batch=label))
    for label, axes in zip(batches, grid[:, 0], strict=True):
        axes.set_ylabel(f"{batch(label)}\nrisk / min F")
    handles = [Patch(color=COLORS[part], label=WORDS[part]) for part in COLORS]
    dot = {"color": "black", "marker": "o", "ms": 3, "lw": 1}
    handles.append(Line2D([], [], label="their sum, the excess risk, 95 %", **dot))
    figure.legend(
        handles=handles, loc="outside lower center", ncols=2, fontsize="small",
        title="At each method's own best learning rate and radius, chosen on "
        "validation data, after the last step; means over training sets.",
        title_fontsize="x-small",
    )  # fmt: skip
    title(figure, "What the excess risk is made of")
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """The gap and the optimisation error upwards, the rest downwards."""
    at = here.sel(judge="validation", horizon="last")
    scale, labels = float(here.population.mean()), at.algorithm.values.astype(str)
    mean = at[["tuned_gap", "tuned_optimisation"]].mean("set") / scale
    place = np.arange(len(labels))
    gap, rest = mean.tuned_gap.values, mean.tuned_optimisation.values
    # A negative gap goes down, and the error begins there.
    axes.bar(place, gap, color=COLORS["gap"], width=0.75)
    axes.bar(place, rest, bottom=np.maximum(gap, 0), color=COLORS["optimisation"],
             width=0.75)  # fmt: skip
    axes.bar(place, float(here.offset.mean()) / scale, bottom=np.minimum(gap, 0),
             color=COLORS["offset"], width=0.75)  # fmt: skip
    excess = at.tuned_excess / scale
    error = 1.96 * excess.std("set", ddof=1) / np.sqrt(excess.sizes["set"])
    axes.errorbar(place, excess.mean("set"), error, fmt="o", color="black", ms=3, lw=1)
    axes.axhline(0, color=style.THEORY, lw=0.6)
    axes.set_xticks(place, [drawn(label) for label in labels], rotation=90)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(axis="x", length=0)
