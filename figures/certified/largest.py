"""Where SSAM extends USAM's range of learning rates, and where it does not."""

from __future__ import annotations

import xarray
from matplotlib.figure import Figure

from figures import style
from figures.certified import limits

TITLES = {
    "descent": "no step raises f",
    "distance": "no step leads away from the minimiser",
}


def suits(dataset: xarray.Dataset) -> bool:
    """Whether the class and the measures are there."""
    return "inf" in dataset.kappa and set(TITLES) <= set(dataset.measure.values)


def draw(dataset: xarray.Dataset) -> Figure:
    """The largest learning rates on convex functions, in both measures."""
    figure = Figure(figsize=(style.WIDTH, 3.6))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (measure, title) in zip(panels, TITLES.items(), strict=True):
        limits.panel(axes, dataset, "inf", measure)
        axes.set_title(title)
    panels[1].set_ylabel("")
    panels[0].legend(loc="lower left")
    figure.suptitle(
        r"Up to which learning rate for every convex, $\beta$-smooth f? "
        "Curves: theorems; bars: proved below, refuted by a function (dot) above"
    )
    return figure
