"""The radius of the trap: how near the saddle a run must start to stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import Site, sites
from theory import methods, simulate
from theory.quadratic import weakest_descent

# Each round keeps one interval between two nodes: after three, 1e-4 R to R is cut to
# pieces of 0.3 %. The first start that leaves is found even where others beyond stay.
ROUNDS, NODES = 3, 16
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
        are); `trap_reach`: smallest $\|Hw\|$ that leaves, over $\rho m$ (T7, T9: 1 is
        the edge of SAM's trap). NaN for methods whose radius is no length, and
        where even GD takes over half the steps from rho to R. Dimensions
        `saddle`, `algorithm`, `eta_level`, `rho_level`.
    """
    site = sites(name, config.radius)[number]
    method = methods.make(spec)
    eta, rho = site.etas(*config.eta_grid), site.rhos(method, *config.rho_grid)
    v = rays(site, config.rays, config.seed)
    shape = (len(eta), len(rho), len(v))
    low = np.full(shape, np.log(NEAREST * site.radius))
    high = np.full(shape, np.log(site.radius))
    for _ in range(ROUNDS):
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
    distance = np.exp(high)
    H = site.landscape.hessian(site.saddle.point)
    m = weakest_descent(site.saddle.eigenvalues)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = distance * np.linalg.norm(v @ H, axis=1) / (rho[:, None] * m)
        away = np.log(site.radius / rho)
    held = distance >= site.radius * (1 - 1e-6)
    reach = np.where(held, np.inf, reach)
    visible = away < np.log1p(eta * m)[:, None] * config.steps / 2
    reach = np.where(visible[..., None], reach, np.nan)
    if method.radius_unit != "length":
        reach = np.full_like(reach, np.nan)
    cell = ("saddle", "algorithm", "eta_level", "rho_level")
    return xarray.Dataset(
        {
            "trap_radius": (cell, (distance / site.radius).min(-1)[None, None]),
            "trap_reach": (cell, reach.min(axis=-1)[None, None]),
        },
        coords={"saddle": [site.name], "algorithm": [method.label]},
    )
