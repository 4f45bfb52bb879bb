"""The ball that attracts SAM."""

from __future__ import annotations

import xarray
from matplotlib.figure import Figure

from figures import style
from figures.certified import limits
from theory.quadratic import sam_cycle


def suits(dataset: xarray.Dataset) -> bool:
    """Whether the ball was computed."""
    return "ball" in dataset


def draw(dataset: xarray.Dataset) -> Figure:
    """The ball's radius over rho, class by class, above T5's cycle."""
    figure = Figure(figsize=(style.WIDTH / 2, 3.3))
    axes = figure.subplots()
    part = dataset.ball.dropna("kappa", how="all")
    for kappa, width in zip(part.kappa.values, (0.8, 1.4, 2.0, 2.6), strict=False):
        axes.semilogy(
            part.eta,
            part.sel(kappa=kappa),
            color=style.color("SAM"),
            lw=width,
            label=limits.words(str(kappa)),
        )
    cycle = {"color": style.THEORY, "ls": "--", "lw": 1, "label": "T5's cycle"}
    axes.semilogy(part.eta, sam_cycle(part.eta, 1.0, 1.0), **cycle)
    axes.set(xlabel=r"$\eta\beta$", ylabel=r"$R/\rho$")
    axes.legend()
    axes.set_title(r"The least ball $\|w - w^*\| \leq R$" "\nthat SAM maps into itself")
    return figure
