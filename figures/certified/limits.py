"""The largest learning rates of several methods over the radius, in one panel."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes

from figures import style


def panel(axes: Axes, dataset: xarray.Dataset, kappa: str, measure: str) -> None:
    """A theorem's curve, certified brackets on it, worst functions as points.

    Args:
        axes: to draw on.
        dataset: of `experiments.certified_regimes`.
        kappa: the class.
        measure: distance, descent or pair.
    """
    part = dataset.sel(kappa=kappa, measure=measure)
    top = float(dataset.attrs["rate"])
    for label in part.algorithm.values:
        one = part.sel(algorithm=label)
        color = style.color(str(label))
        rho = np.concatenate([[0.0], one.radius_high.values])
        if one.theorem.notnull().all():
            # At rho = 0 every method is GD.
            curve = np.concatenate([[2.0], one.theorem.values])
            axes.plot(rho, curve, color=color, lw=1.4, label=str(label), zorder=2)
        else:
            middle = (one.proved + one.refuted).values / 2
            axes.plot(rho[1:], middle, color=color, lw=0.8, label=str(label), zorder=2)
        shown = slice(None, None, max(1, one.sizes["column"] // 16))
        ends, low, high = (
            v.values[shown] for v in (one.radius_high, one.proved, one.refuted)
        )
        keep = high < top
        axes.vlines(ends[keep], low[keep], high[keep], color=color, lw=3, alpha=0.35)
        axes.plot(ends[keep], low[keep], "_", color=color, ms=5, mew=1.2)
        axes.plot(ends[keep], high[keep], ".", color=color, ms=5, zorder=3)
    axes.set(
        xlabel=r"$\rho\beta$",
        ylabel=r"largest $\eta\beta$",
        xlim=(0, float(dataset.radius_high.max())),
        ylim=(0, min(top, 2.2)),
    )


def words(kappa: str) -> str:
    r"""`convex`, `kappa = 10`, `mu = -beta/3`."""
    if kappa == "inf":
        return r"convex, $\beta$-smooth"
    if kappa.startswith("-"):
        return rf"weakly convex, $\mu = -\beta/{kappa[1:]}$"
    return rf"$\kappa = {kappa}$"
