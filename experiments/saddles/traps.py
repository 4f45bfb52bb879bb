"""The radius of the trap: how near the saddle a run must start to stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import Site, sites
from theory import methods, simulate
from theory.method import Method
from theory.prediction import Setting, predict
from theory.quadratic import multipliers, weakest_descent

# Each round keeps one interval between two nodes: after three, 1e-4 R to R is cut to
# pieces of 0.3 % (after two, for --quick, of 4 %). The first start that leaves is found
# even where others beyond stay.
NODES = 16
LONG = 10**9  # steps: whether, not when
NEAREST = 1e-4  # of R; a ray that leaves from here has no trap on it


def rays(site: Site, count: int, seed: int) -> np.ndarray:
    """Unit directions `(count + k, d)`: random ones, then k <= 4 of steepest descent.

    The latter carry a share 1e-6 of everything else, as any real start does.
    """
    rng = np.random.default_rng([seed, 2])
    v = rng.normal(size=(count, site.landscape.dim))
    down = site.saddle.eigenvectors[:, site.saddle.eigenvalues < 0].T[:4]
    down = down + 1e-6 * rng.normal(size=down.shape)
    v = np.concatenate([v, down])
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def trap(name: str, number: int, spec: str, config: Any) -> xarray.Dataset:
    r"""Bisects the start's distance along rays, for every eta and rho.

    Returns:
        `trap_radius`: smallest distance that leaves, over R (0: none is held, 1: all
        are), beside `trap_predicted`; `trap_reach`: smallest $\|Hw\|$ that leaves, over
        $\rho m$ (T7, T9: 1 is the edge of SAM's trap), for methods whose radius is a
        length. NaN where escapes are too slow to be seen within the steps. Dimensions
        `saddle`, `algorithm`, `eta_level`, `rho_level`.
    """
    site = sites(name, config.radius)[number]
    method = methods.make(spec)
    eta, rho = site.etas(*config.eta_grid), site.rhos(method, *config.rho_grid)
    v = rays(site, config.rays, config.seed)
    shape = (len(eta), len(rho), len(v))
    low = np.full(shape, np.log(NEAREST * site.radius))
    high = np.full(shape, np.log(site.radius))
    for _ in range(config.trap_rounds):
        grid = np.linspace(low, high, NODES)  # (node, eta, rho, ray)
        run = simulate.batch(
            site.landscape,
            method,
            eta[:, None, None],
            rho[:, None],
            site.saddle.point + np.exp(grid)[..., None] * v,
            config.steps,
            center=site.saddle.point,
            radius=site.radius * (1 + 1e-9),
            window=0,
            engine="numpy",
            dtype=config.dtype,
        )
        # The first node that leaves, and the one before it.
        first = np.where(run.left.any(axis=0), run.left.argmax(axis=0), NODES - 1)
        high, low = (
            np.take_along_axis(grid, np.maximum(k, 0)[None], axis=0)[0]
            for k in (first, first - 1)
        )
    none = np.exp(high) <= NEAREST * site.radius * (1 + 1e-9)
    distance = np.where(none, 0.0, np.exp(high))
    told, seen = _predicted(site, method, eta, rho, config)
    cell = ("saddle", "algorithm", "eta_level", "rho_level")
    found = {
        "trap_radius": np.where(seen, (distance / site.radius).min(-1), np.nan),
        "trap_predicted": told,
        "trap_reach": _reach(site, method, eta, rho, v, distance, config),
    }
    return xarray.Dataset(
        {key: (cell, value[None, None]) for key, value in found.items()},
        coords={"saddle": [site.name], "algorithm": [method.label]},
    )


def _predicted(
    site: Site, method: Method, eta: np.ndarray, rho: np.ndarray, config: Any
) -> tuple[np.ndarray, np.ndarray]:
    """T6 and T8: all is held (1) or nothing (0), else NaN; and whether it is seen.

    What is not held must get from the nearest node to R within the steps.
    """
    u = site.eigenbasis(site.starts(16, config.seed))
    told = np.full((len(eta), len(rho)), np.nan)
    seen = np.ones(told.shape, dtype=bool)
    for e, r in np.ndindex(told.shape):
        exact, spectrum = method.having(rho=float(rho[r])), site.saddle.eigenvalues
        setting = Setting(exact, eta[e], rho[r], spectrum, u, site.radius, LONG)
        says = predict(setting)
        if says.low == says.high:
            told[e, r] = 1 - says.low
        growth = np.abs(multipliers(exact, eta[e], spectrum)).max()
        if method.radius_unit == "rate" and growth > 1:
            seen[e, r] = config.steps * np.log(growth) > 2 * -np.log(NEAREST)
    return told, seen


def _reach(
    site: Site,
    method: Method,
    eta: np.ndarray,
    rho: np.ndarray,
    v: np.ndarray,
    distance: np.ndarray,
    config: Any,
) -> np.ndarray:
    r"""Smallest $\|Hw\|/(\rho m)$ that leaves; NaN where it cannot be seen."""
    if method.radius_unit != "length":
        return np.full(distance.shape[:2], np.nan)
    H = site.landscape.hessian(site.saddle.point)
    m = weakest_descent(site.saddle.eigenvalues)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = distance * np.linalg.norm(v @ H, axis=1) / (rho[:, None] * m)
        away = np.log(site.radius / rho)
    held = distance >= site.radius * (1 - 1e-6)
    reach = np.where(held, np.inf, reach).min(axis=-1)
    visible = away < np.log1p(eta * m)[:, None] * config.steps / 2
    return np.where(visible, reach, np.nan)
