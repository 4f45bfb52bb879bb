"""Does SAM rest where only its ascent point is critical, and after a warm start?"""

from __future__ import annotations

import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import height, narrow, title
from figures.networks.words import logarithmic, plain

KINDS = {
    "vanished": "‖d‖ < 0.1 ‖g‖",
    "upside_down": "loss lower at the ascent point",
    "hallucinated": "hallucinated: both",
}
ARMS = {"": "from the initialisation", "_warm": "after gradient descent"}
NEEDS = tuple(kind + arm + end for kind in KINDS for arm in ARMS
              for end in ("", "_low", "_high"))  # fmt: skip
HOW = {
    "": {"ls": "-", "marker": "o", "ms": 4},
    "_warm": {"ls": (0, (3, 1.5)), "marker": "s", "ms": 4, "mfc": "white"},
}


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a data set, a column a criterion."""
    names = list(dataset.data.values)
    figure = Figure(figsize=(style.width(), height(len(names), 2.0)))
    panels = figure.subplots(
        len(names), len(KINDS), sharex=True, sharey=True, squeeze=False
    )
    for name, row in zip(names, panels, strict=True):
        for kind, axes in zip(KINDS, row, strict=True):
            panel(axes, dataset.sel(data=name), kind)
        row[0].set_ylabel(f"{plain(name)}\nshare of runs")
    for words, top, bottom in zip(KINDS.values(), panels[0], panels[-1], strict=True):
        top.set_title(narrow(words, len(KINDS)))
        bottom.set_xlabel(r"$\rho$ (length)")
    color = style.color("SAM")
    figure.legend(
        handles=[Line2D([], [], color=color, **HOW[a], label=w)
                 for a, w in ARMS.items()],
        loc="outside lower center", ncols=2,
    )  # fmt: skip
    title(
        figure,
        "SAM at a hallucinated minimiser: critical at the ascent point, not at the "
        "point itself (shares of runs, 95 % intervals)",
    )
    return figure


def panel(axes: Axes, here: xarray.Dataset, kind: str) -> None:
    """Over the radius, cold and warm."""
    color, rho = style.color("SAM"), here.hallucination_rho
    for arm, how in HOW.items():
        low, high = (here[kind + arm + end] for end in ("_low", "_high"))
        axes.fill_between(rho, low, high, color=color, alpha=0.15, lw=0)
        axes.plot(rho, here[kind + arm], color=color, lw=1.4, **how)
    axes.set(xscale="log", ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
    logarithmic(axes.xaxis, (1,))
