"""SSAM at its best beside GD and USAM at theirs, problem by problem."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from figures import style
from theory.measured.convergence import compared

NEEDS = ("best_rate",)
ROW = 0.16  # inches a problem
RIVALS = ("GD", "USAM")
MARKS = "os^DvP"
TICKS = (0.125, 0.25, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 2, 4)


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a problem, a column a rival; radii by their marks."""
    names = dataset.problem.values.astype(str)
    rivals = [a for a in RIVALS if a in dataset.algorithm.values]
    figure = Figure(figsize=(style.width(), 1.6 + ROW * len(names)))
    panels = figure.subplots(1, max(1, len(rivals)), sharey=True, squeeze=False)[0]
    for axes, rival in zip(panels, rivals, strict=False):
        ratio = compared(dataset, "SSAM", rival).values
        for level in range(dataset.sizes["rho_level"]):
            axes.plot(
                ratio[:, level], range(len(names)), MARKS[level % len(MARKS)], ls="",
                ms=3.6, mfc="white", mew=0.9, color=style.color(rival),
            )  # fmt: skip
        axes.axvline(1, color=style.THEORY, lw=0.8)
        known = ratio[np.isfinite(ratio)]
        low, high = (known.min(), known.max()) if known.size else (1, 1)
        axes.set(
            xscale="log", xlim=(min(0.9, low) / 1.1, max(1.1, high) * 1.1),
            xlabel=f"SSAM's speed over {rival}'s",
        )  # fmt: skip
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        first, last = axes.get_xlim()
        axes.set_xticks([t for t in TICKS if first <= t <= last])
        axes.grid(axis="y", color="#EEEEEE", lw=0.6)
    panels[0].set_yticks(range(len(names)), names, size="x-small")
    panels[0].set_ylim(len(names) - 0.4, -0.6)
    figure.legend(handles=_legend(dataset), loc="outside lower center", ncols=4)
    figure.suptitle("Each at its best learning rate: is SSAM faster (right of 1)?")
    return figure


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    return [
        Line2D([], [], color="#444444", ls="", mfc="white",
               marker=MARKS[k % len(MARKS)], label=rf"$\rho = {rho:g}/\beta$")
        for k, rho in enumerate(dataset.radius.values)
    ]  # fmt: skip
