"""Measured factors over the learning rate, theory's curves, kept proofs."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes

from figures import style
from theory import proofs, quadratic_rates, usam_distance

NAMES = {"GD": "gd", "USAM": "usam", "SSAM": "ssam", "SSAM-N": "ssam-n"}
KAPPA = 10.0
LINE = np.linspace(0.03, 2.15, 400)


def shown(dataset: xarray.Dataset, radius: float = 1.0) -> int:
    """The level of the radius that is nearest to one."""
    return int(np.abs(np.log(dataset.radius.values / radius)).argmin())


def kappa(dataset: xarray.Dataset) -> float:
    """10, or the nearest there is."""
    there = dataset.kappa.values[np.isfinite(dataset.kappa.values)]
    return float(there[np.abs(np.log(there / KAPPA)).argmin()])


def limits(axes: Axes, dataset: xarray.Dataset) -> None:
    """The factor in the limit: every quadratic of that kappa a point, N9 a line."""
    level, k = shown(dataset), kappa(dataset)
    rho, chosen = float(dataset.radius[level]), _rows(dataset, k, ("quadratic",))
    for label in dataset.algorithm.values.astype(str):
        if label not in NAMES:
            continue
        at = dataset.sel(algorithm=label).isel(rho_level=level, problem=chosen)
        color, order = style.color(label), 4 - list(NAMES).index(label) / 10
        line = quadratic_rates.factor(NAMES[label], LINE, 1 / k, 1.0, rho)
        axes.plot(LINE, line, color=color, lw=1.2, zorder=order, label=label)
        eta = dataset.eta.values
        for row in at.rate.values:
            axes.plot(
                eta, row, "o", ms=3.4, mfc="white", mew=0.8, color=color, zorder=5
            )
    axes.axhline(1, color="#888888", lw=0.6)
    axes.set(
        xlabel=r"$\eta\beta$", ylabel="factor of the distance a step, in the limit",
        xlim=(0, 2.15), ylim=(0.75, 1.02),
        title=rf"quadratics, $\kappa = {k:g}$, $\rho\beta = {rho:g}$",
    )  # fmt: skip


def steps(axes: Axes, dataset: xarray.Dataset) -> None:
    """The largest factor of one step, under the exact worst case of the class."""
    level, k = shown(dataset), kappa(dataset)
    rho = float(dataset.radius[level])
    chosen = _rows(dataset, k, ("quadratic", "strongly convex"))
    for label in ("USAM", "SSAM"):
        if label not in dataset.algorithm.values:
            continue
        at = dataset.sel(algorithm=label, measure="distance")
        at = at.isel(rho_level=level, problem=chosen)
        color = style.color(label)
        for kind, mark in (("quadratic", "o"), ("strongly convex", "^")):
            rows = at.contraction.values[at.kind.values.astype(str) == kind].T
            axes.plot(
                dataset.eta.values,
                rows,
                mark,
                ms=3.2,
                mfc="white",
                mew=0.7,
                color=color,
            )
        _theory(axes, dataset, label, k, rho, color)
        _proofs(axes, label, k, rho, color)
    axes.axhline(1, color="#888888", lw=0.6)
    axes.set(
        xlabel=r"$\eta\beta$", ylabel="largest factor of the distance in a step",
        xlim=(0, 2.15), ylim=(0.75, 1.12),
        title=rf"one step, $\kappa = {k:g}$, $\rho\beta = {rho:g}$",
    )  # fmt: skip


def _theory(
    axes: Axes, dataset: xarray.Dataset, label: str, k: float, rho: float, color: str
) -> None:
    """USAM's closed form, SSAM's programme."""
    if label == "USAM":
        line = usam_distance.worst_factor(LINE, 1 / k, 1.0, rho)
        axes.plot(LINE, line, color=color, lw=1.4, zorder=1)
    elif "programme" in dataset and k in dataset.certified_kappa.values:
        if rho in dataset.certified_rho.values:
            line = dataset.programme.sel(certified_kappa=k, certified_rho=rho)
            axes.plot(line.certified_eta, line, color=color, lw=1.4, zorder=1)


def _proofs(axes: Axes, label: str, k: float, rho: float, color: str) -> None:
    """Kept proofs in fractions of that class and radius, at their learning rates."""
    for name, (spec, *_, measure, _) in proofs.KEPT.items():
        if spec != label.lower() or measure != "distance":
            continue
        said = proofs.statement(name)
        mu, beta, last, _ = proofs.at(name)
        first = float(said.rho[0]) if said.rho else last
        if np.isclose(mu, 1 / k) and first <= rho <= last and beta == 1:
            ends, factor = [float(e) for e in said.eta], float(said.factor)
            ends = ends if len(ends) == 2 else ends * 2
            axes.plot(ends, [factor] * 2, "-", color=color, lw=1.6, zorder=6)
            axes.plot(ends[-1], factor, "D", color=color, ms=4.5, zorder=6)


def _rows(dataset: xarray.Dataset, k: float, kinds: tuple[str, ...]) -> np.ndarray:
    here = np.isin(dataset.kind.values.astype(str), kinds)
    return np.flatnonzero(here & np.isclose(dataset.kappa.values, k))
