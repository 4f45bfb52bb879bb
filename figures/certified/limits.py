"""The largest learning rates of several methods over the radius, in one panel."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes

from figures import style
from theory import theorems
from theory.method import Method
from theory.ssam_pairs import ssam_pair_range

MARKS = 14  # brackets shown


def panel(axes: Axes, dataset: xarray.Dataset, kappa: str, measure: str) -> None:
    """A theorem's curve, certified brackets on it, worst functions as points.

    Args:
        axes: to draw on.
        dataset: of `experiments.certified_regimes`.
        kappa: the class.
        measure: distance, descent or pair.
    """
    part = dataset.sel(kappa=kappa, measure=measure)
    top = min(float(dataset.attrs["rate"]), 2.2)
    for label in part.algorithm.values:
        one = part.sel(algorithm=label)
        color = style.color(str(label))
        rho, limit = curve(str(label), one, measure)
        kind = "-"
        if np.isnan(limit).any():
            kind, limit = "--", numerical(str(label), one, rho)
        axes.plot(rho, limit, kind, color=color, lw=1.3, label=str(label), zorder=2)
        shown = np.unique(np.linspace(0, one.sizes["column"] - 1, MARKS).astype(int))
        ends, low, high = (
            v.values[shown] for v in (one.radius_high, one.proved, one.refuted)
        )
        axes.vlines(ends, low, np.minimum(high, top), color=color, lw=3, alpha=0.35)
        axes.plot(ends, low, "_", color=color, ms=6, mew=1.2)
        axes.plot(ends, high, "o", color=color, ms=4, mfc="white", mew=0.9, zorder=3)
    axes.set(
        xlabel=r"$\rho\beta$",
        ylabel=r"largest $\eta\beta$",
        xlim=(0, float(dataset.radius_high.max())),
        ylim=(-0.04, top),
    )


def curve(
    label: str, part: xarray.Dataset, measure: str
) -> tuple[np.ndarray, np.ndarray]:
    """Radii, and a theorem's limits there, beta = 1; NaN where none says it.

    Args:
        label: the method's.
        part: of one class.
        measure: distance, descent or pair.
    """
    rho = np.linspace(1e-3, float(part.radius_high.max()), 201)
    mu = float(part.curvature)
    known = [theorems.limit(_made(label, r), mu, 1.0, measure) for r in rho]
    return rho, np.array([np.nan if k is None else k.eta for k in known])


def numerical(label: str, part: xarray.Dataset, rho: np.ndarray) -> np.ndarray:
    """N3's largest rate for pairs of SSAM, a minimum found numerically; else NaN."""
    if label != "SSAM":
        return np.full(len(rho), np.nan)
    mu = float(part.curvature)
    return np.interp(rho, rho[::8], [ssam_pair_range(mu, 1.0, r) for r in rho[::8]])


def _made(label: str, rho: float) -> Method:
    return style.method(label).having(rho=rho)


def words(kappa: str) -> str:
    r"""`convex`, `kappa = 10`, `mu = -beta/3`."""
    if kappa == "inf":
        return r"convex, $\beta$-smooth"
    if kappa.startswith("-"):
        return rf"$\mu = -\beta/{kappa[1:]}$"
    return rf"$\kappa = {kappa}$"
