"""Where two steps never part: the stability of pairs."""

from __future__ import annotations

import xarray
from matplotlib.figure import Figure

from figures import style
from figures.certified import limits


def suits(dataset: xarray.Dataset) -> bool:
    """Whether pairs were asked for."""
    return "pair" in dataset.measure


def draw(dataset: xarray.Dataset) -> Figure:
    """The largest learning rates at which pairs do not part, class by class."""
    classes = [str(k) for k, mu in zip(dataset.kappa.values, dataset.curvature.values,
                                       strict=True) if mu >= 0]  # fmt: skip
    figure = Figure(figsize=(style.WIDTH, 3.3))
    panels = figure.subplots(1, len(classes), sharey=True, squeeze=False)[0]
    for axes, kappa in zip(panels, classes, strict=True):
        limits.panel(axes, dataset, kappa, "pair")
        axes.set_title(limits.words(kappa))
        axes.set_ylabel(panels[0].get_ylabel() if axes is panels[0] else "")
    panels[-1].legend(loc="center right")
    figure.suptitle(
        "Up to which learning rate do two steps never part? Lines: a theorem (whole), "
        "N3's\nfactor minimised numerically (dashed); bars: between proved (dash) and "
        "refuted (circle)"
    )
    return figure
