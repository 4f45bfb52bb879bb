r"""Where sharpness settles: over the method's own edge, and over GD's."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks import grid
from figures.networks.layout import height, title
from figures.networks.seeds import DIVERGED, LEVEL, diverged, interval
from figures.networks.words import plain, radius, shade
from theory.measured.hovering import meets_itself, over

NEEDS = ("sharpness", "edge", "edge_measured_gamma", "eta", "rho", "diverged")
SHIFT = 0.18  # of one rate beside the next, in steps of the radius
MARKERS = "osD^v<>p"
ROWS = {
    "edge": "over own edge\n(T13)",
    "edge_measured_gamma": "over own edge,\nmeasured $\\gamma$",
    "gd": "over GD's edge\n$2/\\eta$",
}


def draw(dataset: xarray.Dataset) -> Figure:
    """Three rows a data set, a column a method."""
    names, labels = list(dataset.data.values), list(dataset.algorithm.values)
    width = style.width()
    figure = Figure(figsize=(width, height(len(ROWS) * len(names), 1.65, 1.4)))
    panels = figure.subplots(
        len(ROWS) * len(names), len(labels), sharex=False, sharey="row", squeeze=False,
        width_ratios=grid.widths(dataset, labels),
    )  # fmt: skip
    for first, name in enumerate(names):
        here = dataset.sel(data=name)
        for kind, row in zip(ROWS, panels[len(ROWS) * first :], strict=False):
            for label, axes in zip(labels, row, strict=True):
                panel(axes, here.sel(algorithm=label), kind)
                # Radii may differ between data sets, and are written below each.
                axes.tick_params(labelbottom=kind == list(ROWS)[-1])
            row[0].set_ylabel(f"{plain(name)}\n{ROWS[kind]}")
    for label, top_axes, bottom in zip(labels, panels[0], panels[-1], strict=True):
        top_axes.set_title(label)
        bottom.set_xlabel(radius(label))
    figure.legend(
        handles=_legend(dataset), loc="outside lower center",
        ncols=int(width / 2.6),
    )  # fmt: skip
    title(
        figure,
        "Sharpness in the last quarter of training, over the method's own edge and "
        r"over GD's, $2/\eta$" + f"\n(means over seeds, {100 * LEVEL:.0f} % intervals)",
    )
    return figure


def panel(axes: Axes, at: xarray.Dataset, kind: str) -> None:
    """One method: over the radius, a shade and a marker a rate.

    Hollow where any mode that bounces would be near 1.
    """
    center, half = interval(over(at, kind))
    color, rates = style.color(str(at.algorithm.item())), at.sizes["eta_level"]
    levels = grid.levels(at)
    some = diverged(at).any("seed")
    hollow = {"mfc": "white"} if meets_itself(str(at.algorithm.item()), kind) else {}
    axes.axhline(1, color=style.THEORY, lw=0.8, ls="--", zorder=0)
    for k in range(rates):
        x = np.arange(len(levels)) + SHIFT * (k - (rates - 1) / 2)
        y, width, left = (
            v.isel(eta_level=k).transpose("rho_level").values[levels]
            for v in (center, half, some)
        )
        tint = shade(color, k, rates)
        axes.errorbar(
            x, y, np.nan_to_num(width), fmt=MARKERS[k], color=tint, ms=4.5, lw=1.2,
            mec=color, mew=0.6, ecolor=color, elinewidth=1.0, capsize=1.5,
            **hollow,
        )  # fmt: skip
        axes.plot(x[left], np.full(left.sum(), 0.96), **DIVERGED,
                  transform=axes.get_xaxis_transform())  # fmt: skip
    words = [f"{rho:.2g}" for rho in at.rho.values[grid.ran(at)]] or [""]
    turned = 0 if style.width() > 6 else 90  # so that numbers do not touch
    axes.set_xticks(range(len(levels)), words, rotation=turned)
    axes.set_xlim(-0.6, len(levels) - 0.4)


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    """The rates, which may differ between data sets."""
    rates = dataset.sizes["eta_level"]
    lines = []
    for k in range(rates):
        each = zip(dataset.data.values, dataset.eta.values[:, k], strict=True)
        words = ", ".join(f"{eta:.2g} ({plain(name)})" for name, eta in each)
        lines.append(
            Line2D([], [], marker=MARKERS[k], ls="", ms=4.5, mec="#555555", mew=0.6,
                   color=shade("#555555", k, rates),
                   label=rf"$\eta$ = {words}")
        )  # fmt: skip
    lines.append(Line2D([], [], color=style.THEORY, lw=0.8, ls="--", label="the edge"))
    lines.append(
        Line2D([], [], marker=MARKERS[0], ls="", ms=4.5, mec="#555555", mew=0.6,
               mfc="white", label="hollow: from measured ‖g‖, ‖d'‖;\n"
               "near 1 for any bouncing mode")
    )  # fmt: skip
    if diverged(dataset).any():
        lines.append(Line2D([], [], **DIVERGED, label="a seed diverged"))
    return lines
