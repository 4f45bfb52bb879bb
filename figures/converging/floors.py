"""How near: SAM's cycle, mini-batches, skewed noise."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from figures import style
from theory.quadratic import sam_cycle

SETTLED = 0.2  # learning rates from which on SAM is on its cycle at the end
KINDS = {"skewed": "-", "symmetric": ":"}
NEEDS = ("end", "noise", "excess")


def draw(dataset: xarray.Dataset) -> Figure:
    """Three panels."""
    width = style.width()
    wide = width > 6
    figure = Figure(figsize=(width, 3.6 if wide else 9.5))
    axes = figure.subplots(*((1, 3) if wide else (3, 1)))
    cycle(axes[0], dataset)
    batches(axes[1], dataset)
    skewed(axes[2], dataset)
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=4 if wide else 2
    )
    figure.suptitle("What keeps a method from its minimiser")
    return figure


def cycle(axes: Axes, dataset: xarray.Dataset) -> None:
    """SAM's last distance on quadratics of small kappa, over the learning rate."""
    if "SAM" in dataset.algorithm.values:
        at = dataset.sel(algorithm="SAM")
        few = np.flatnonzero((at.kind == "quadratic") & (at.kappa <= 10))
        # Slower runs had no time to come to their cycle.
        at = at.isel(problem=few, eta_level=np.flatnonzero(at.eta >= SETTLED))
        eta = np.linspace(0.08, 1.97, 200)
        for level, rho in enumerate(dataset.radius.values):
            rows = at.end.isel(rho_level=level).values.T
            axes.plot(
                at.eta.values, rows, "o", ms=3, mfc="white", mew=0.7,
                color=style.color("SAM"),
            )  # fmt: skip
            axes.plot(eta, sam_cycle(eta, rho, 1.0), color=style.THEORY, lw=0.9)
            axes.annotate(
                rf"$\rho = {rho:g}$", (1.1, sam_cycle(1.1, rho, 1.0)), (0, -9),
                textcoords="offset points", size="x-small",
            )  # fmt: skip
    axes.set(
        yscale="log", xlim=(0, 2), ylim=(1e-3, 1e2), xlabel=r"$\eta\beta$",
        ylabel="last distance, over the starts'",
        title="no noise: SAM's cycle (line: T5)",
    )  # fmt: skip


def batches(axes: Axes, dataset: xarray.Dataset) -> None:
    """Floors of every method over SGD's at the same learning rate, smallest batches."""
    if "GD" not in dataset.algorithm.values:
        return
    at = dataset.noise.isel(batch=0)
    middle = at.sizes["noise_eta"] // 2
    rho = dataset.noise_rho.values
    plain = at.sel(algorithm="GD", drop=True)
    for label in dataset.algorithm.values.astype(str):
        if label == "GD":
            continue
        ratio = (at.sel(algorithm=label) / plain).isel(noise_eta=middle)
        for name in ratio.noisy_problem.values:
            axes.plot(
                rho, ratio.sel(noisy_problem=name).values, "-o", ms=3, lw=0.8,
                color=style.color(label),
            )  # fmt: skip
    axes.axhline(1, color=style.color("GD"), lw=1)
    eta = float(at.noise_eta[middle])
    axes.set(
        xscale="log", yscale="log", xlabel=r"$\rho$ over its unit",
        ylabel="floor of $f$ over SGD's",
        title=rf"batches of {int(dataset.batch[0])}, $\eta\beta = {eta:g}$",
    )  # fmt: skip
    _ticks(axes, rho)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")


def skewed(axes: Axes, dataset: xarray.Dataset) -> None:
    """What floors are above SGD's over the learning rate, at the largest radius."""
    at, eta = dataset.isel(skew_rho=-1), dataset.skew_eta.values
    for label in dataset.algorithm.values.astype(str):
        for kind, ls in KINDS.items():
            here, color = at.sel(algorithm=label, skewness=kind), style.color(label)
            # What is not told apart from nothing is not drawn.
            above = here.where(here.excess_low > 0)
            axes.plot(eta, above.excess.values, ls, marker="o", ms=3, lw=1, color=color)
            ends = above.excess_low.values, above.excess_high.values
            axes.fill_between(eta, *ends, color=color, alpha=0.2, lw=0)
    axes.set(
        xscale="log", yscale="log", xlabel=r"$\eta$",
        ylabel=r"$E f(w_t)$ above SGD's",
        title=rf"skewed noise, $\rho = {float(at.skew_rho):g}$",
    )  # fmt: skip
    _ticks(axes, eta)


def _ticks(axes: Axes, values: np.ndarray) -> None:
    """At these numbers alone."""
    axes.set_xticks(values, [f"{v:g}" for v in values])
    axes.xaxis.set_minor_locator(NullLocator())


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    labels = dataset.algorithm.values.astype(str)
    return [
        *(Line2D([], [], color=style.color(a), label=a) for a in labels),
        Line2D([], [], color="#444444", ls=":", label="symmetric noise"),
    ]
