"""Proved, refuted, undecided: a map for every method and class."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.certified.report import refuted_from
from figures import style
from figures.certified import limits

PROVED, REFUTED, UNDECIDED = "#BFE0C8", "#EBC1C8", "#777777"
ASKED = {
    "distance": "Does every step lead nearer to the minimiser?",
    "descent": "Does every step descend?",
    "pair": "Do two steps never part?",
}


def draw(dataset: xarray.Dataset, measure: str) -> Figure:
    """Rows: methods; columns: classes.

    Args:
        dataset: of `experiments.certified_regimes`.
        measure: distance, descent or pair.
    """
    part = dataset.sel(measure=measure).dropna("kappa", how="all", subset=["proved"])
    names, classes, top = part.algorithm.values, part.kappa.values, part.attrs["rate"]
    figure = Figure(figsize=(style.WIDTH, 0.9 + 1.6 * len(names)))
    panels = figure.subplots(
        len(names), len(classes), sharex=True, sharey=True, squeeze=False
    )
    for row, label in zip(panels, names, strict=True):
        for axes, kappa in zip(row, classes, strict=True):
            one = part.sel(algorithm=label, kappa=kappa)
            panel(axes, one, top)
            axes.plot(*limits.curve(str(label), one, measure), color=style.THEORY, lw=1)
        row[0].set_ylabel(f"{label}\n" + r"$\eta\beta$")
    for axes, kappa in zip(panels[0], classes, strict=True):
        axes.set_title(limits.words(str(kappa)))
    for axes in panels[-1]:
        axes.set_xlabel(r"$\rho\beta$")
    shades = {"proved": PROVED, "refuted": REFUTED, "undecided": UNDECIDED}
    handles = [Patch(color=c, label=name) for name, c in shades.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    figure.suptitle(
        f"{ASKED[measure]} Lines: a theorem's limit (whole), the quadratics' (dotted)"
    )
    return figure


def panel(axes: Axes, part: xarray.Dataset, top: float) -> None:
    """One method on one class."""
    rho = np.concatenate([[0.0], part.radius_high.values])
    proved, refuted = part.proved.values, refuted_from(part)
    axes.set_facecolor(UNDECIDED)
    axes.stairs(np.minimum(proved, top), rho, fill=True, color=PROVED, lw=0)
    axes.stairs(
        np.full(len(proved), top), rho, baseline=np.minimum(refuted, top), fill=True,
        color=REFUTED, lw=0,
    )  # fmt: skip
    axes.plot(rho[1:], part.quadratic, color=style.THEORY, lw=0.8, ls=":")
    axes.set(xlim=(0, rho[-1]), ylim=(0, top))
