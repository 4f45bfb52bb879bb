"""Share of runs that leave a saddle, and when, beside the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import Site, sites
from theory import methods, simulate
from theory.method import Method
from theory.prediction import Setting, predict
from theory.quadratic import sam_trap, weakest_descent
from theory.share import wilson
from theory.verdict import Verdict, classify

QUANTILES = np.linspace(0, 1, 101)


def starts_for(site: Site, count: int) -> int:
    """High-dimensional steps cost matrix products: fewer starts there."""
    return count if site.landscape.dim <= 16 else max(32, count // 32)


def escape(name: str, number: int, spec: str, config: Any) -> xarray.Dataset:
    """Measures one saddle and method on the grid of eta and rho.

    Args:
        name: of the landscape.
        number: of the saddle, from 0.
        spec: of the method.
        config: the experiment's.

    Returns:
        Dimensions `saddle` and `algorithm` of length 1, `eta_level`, `rho_level`,
        `quantile`. Times are steps, `inf` for runs that did not leave.
    """
    site = sites(name, config.radius)[number]
    method = methods.make(spec)
    eta, rhos = site.etas(*config.eta_grid), site.rhos(method, *config.rho_grid)
    # A method without a radius is run once and shown at every level.
    rho = rhos if method.has_radius else np.zeros(1)
    variables = _measured(site, method, eta, rho, config) | {
        "eta": (("saddle", "eta_level"), eta),
        "starts": (("saddle",), starts_for(site, config.starts)),
        "index": (("saddle",), site.saddle.index),
        "radius": (("saddle",), site.radius),
        "m": (("saddle",), weakest_descent(site.saddle.eigenvalues)),
        "curvature": (("saddle",), site.curvature),
    }
    leading = {"saddle": 1, "algorithm": 1}
    dataset = xarray.Dataset(
        {
            key: (dims, np.array(v)[tuple(None for d in dims if d in leading)])
            for key, (dims, v) in variables.items()
        },
        coords={
            "saddle": [site.name],
            "algorithm": [method.label],
            "quantile": QUANTILES,
        },
    )
    dataset = dataset.isel(rho_level=np.arange(len(rhos)) % len(rho))
    shown = rhos if method.has_radius else 0 * rhos
    unit = method.radius_unit if method.has_radius else "none"
    return dataset.assign(
        rho=(("saddle", "algorithm", "rho_level"), shown[None, None]),
        radius_unit=(("algorithm",), [unit]),
    )


def _measured(
    site: Site, method: Method, eta: np.ndarray, rho: np.ndarray, config: Any
) -> dict[str, tuple]:
    """What the runs of every cell did and what is told of them, by name."""
    count = starts_for(site, config.starts)
    x = site.starts(count, config.seed)
    run = _run(site, method, eta, rho, x, config)
    codes = classify(run, site.landscape).codes
    times = np.where(run.left, run.steps, np.inf)
    hits = run.left.sum(axis=-1)
    low, high = wilson(hits, count)
    u = site.eigenbasis(x)
    inside = inside_trap(site, method, rho, u)
    told = [
        [predict(_setting(site, method, e, r, u, config)) for r in rho] for e in eta
    ]
    sharp = [[_quantiles(p.times, count) for p in row] for row in told]
    cell = ("saddle", "algorithm", "eta_level", "rho_level")
    return {
        "escaped": (cell, hits / count),
        "escaped_low": (cell, low),
        "escaped_high": (cell, high),
        "stalled": (cell, (codes == Verdict.STALLED).mean(axis=-1)),
        "undecided": (cell, (codes == Verdict.UNDECIDED).mean(axis=-1)),
        "inside": (cell, np.broadcast_to(inside.mean(axis=-1), hits.shape)),
        "escaped_inside": (cell, _mean_where(run.left, inside)),
        "predicted_low": (cell, [[p.low for p in row] for row in told]),
        "predicted_high": (cell, [[p.high for p in row] for row in told]),
        "escaped_sure": (cell, _sure(run.left, told)),
        "theory": (cell, [[p.source for p in row] for row in told]),
        "time": ((*cell, "quantile"), _quantiles(times, count)),
        "predicted_time": ((*cell, "quantile"), sharp),
    }


def _run(
    site: Site,
    method: Method,
    eta: np.ndarray,
    rho: np.ndarray,
    x: np.ndarray,
    config: Any,
) -> simulate.Run:
    """Every start at every eta and rho, until it leaves the saddle's ball."""
    return simulate.batch(
        site.landscape,
        method,
        eta[:, None, None],
        rho[:, None],
        x,
        config.steps,
        center=site.saddle.point,
        radius=site.radius,
        window=min(64, config.steps),
        dtype=config.dtype,
        device=config.device,
    )


def _setting(
    site: Site, method: Method, eta: float, rho: float, u: np.ndarray, config: Any
) -> Setting:
    spectrum = site.saddle.eigenvalues
    exact = method.having(rho=float(rho))
    return Setting(exact, eta, rho, spectrum, u, site.radius, config.steps)


def inside_trap(
    site: Site, method: Method, rho: np.ndarray, u: np.ndarray
) -> np.ndarray:
    r"""Which starts lie in SAM's trap $\|Hw\| < \rho m$, `(rho, start)`.

    No start for a method whose radius is no length.
    """
    if method.radius_unit != "length" or not method.has_radius:
        return np.zeros((len(rho), len(u)), dtype=bool)
    size = np.linalg.norm(u * site.saddle.eigenvalues, axis=1)
    return size < sam_trap(rho, site.saddle.eigenvalues)[:, None]


def _mean_where(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Share of the chosen, NaN where there are none."""
    count = np.broadcast_to(chosen, values.shape).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return (values & chosen).sum(axis=-1) / np.where(count, count, np.nan)


def _sure(left: np.ndarray, told: list) -> list:
    """Share that left of the starts of which the prediction speaks one by one."""
    return [
        [
            _mean_where(
                left[e, r], np.zeros(left.shape[-1], bool) if p.sure is None else p.sure
            )
            for r, p in enumerate(row)
        ]
        for e, row in enumerate(told)
    ]


def _quantiles(times: np.ndarray | None, count: int) -> np.ndarray:
    """Order statistics of the times, censored ones last; NaN without a prediction."""
    if times is None:
        return np.full(len(QUANTILES), np.nan)
    ranks = np.round(QUANTILES * (count - 1)).astype(int)
    return np.sort(times, axis=-1)[..., ranks]
