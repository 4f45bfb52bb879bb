"""Where SSAM extends USAM's range of learning rates, and where it does not."""

from __future__ import annotations

import xarray
from matplotlib.axes import Axes
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
        _gained(axes, dataset.sel(kappa="inf", measure=measure), measure)
        axes.set_title(title)
    panels[1].set_ylabel("")
    panels[0].legend(loc="lower left")
    figure.suptitle(
        r"The largest learning rates for every convex, $\beta$-smooth f: a theorem's "
        "curve,\nand on it what is proved in fractions (dash) and what some f refutes "
        f"(circle), {gap(dataset)}"
    )
    return figure


def _gained(axes: Axes, part: xarray.Dataset, measure: str) -> None:
    """The area between USAM's and SSAM's limits."""
    if {"USAM", "SSAM"} <= set(part.algorithm.values):
        (rho, low), (_, high) = (
            limits.curve(label, part.sel(algorithm=label), measure)
            for label in ("USAM", "SSAM")
        )
        axes.fill_between(
            rho, low, high, color=style.color("SSAM"), alpha=0.12, lw=0,
            label="gained by renormalising",
        )  # fmt: skip


def gap(dataset: xarray.Dataset) -> str:
    """How far proofs and functions are apart, where a rate is > 0."""
    part = dataset.sel(kappa="inf", measure=list(TITLES))
    kept = (part.proved > 0) & (part.theorem > 0.05)
    # A column is proved up to its end, where limits that fall are the least.
    apart = 100 * (part.refuted / part.proved - 1).where(kept)
    return f"{float(apart.median()):.1f} % apart (at most {float(apart.max()):.1f} %)"
