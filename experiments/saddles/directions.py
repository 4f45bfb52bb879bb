"""Each descending direction of a saddle by itself, against its own eigenvalue."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import Site, sites
from theory import methods, simulate
from theory.method import Method
from theory.quadratic import multipliers

# Few: near rho m = 1 SSAM blows up rounding errors along the other directions.
GROWTH_STEPS = 3


def directions(name: str, number: int, spec: str, config: Any) -> xarray.Dataset:
    r"""Starts on each descending eigenvector $v_i$, in turn.

    Returns:
        `growth`: the factor per step of $\langle w, v_i\rangle$ near the saddle, and
        `growth_predicted`, T4's and T6's multiplier of that eigenvalue, for methods
        whose radius is a rate; `direction_trap`: the bisected $|w|/\rho$ at which one
        step neither shrinks nor grows, predicted 1 (T7), for those whose radius is a
        length. Dimensions `saddle`, `algorithm`, `rho_level`, `direction`.
    """
    site = sites(name, config.radius)[number]
    method = methods.make(spec)
    down = site.saddle.eigenvalues < 0
    lam, v = site.saddle.eigenvalues[down], site.saddle.eigenvectors[:, down].T
    eta = 0.5 / site.curvature
    rho = site.rhos(method, *config.rho_grid)
    shape = (len(rho), len(lam))
    growth, told, reach = (np.full(shape, np.nan) for _ in range(3))
    if method.radius_unit == "rate" or not method.has_radius:
        small = 1e-4 * site.radius
        for r, one in enumerate(rho):
            exact = method.having(rho=one)
            told[r] = multipliers(exact, eta, lam)
            growth[r] = _along(site, exact, eta, small * v, v, GROWTH_STEPS) / small
        growth = np.sign(growth) * np.abs(growth) ** (1 / GROWTH_STEPS)
    else:
        low, high = np.full(shape, 0.5), np.full(shape, 2.0)
        for _ in range(30):
            middle = (low + high) / 2
            start = (middle * rho[:, None])[..., None] * v
            exact = method.having(rho=rho[:, None, None])
            grew = _along(site, exact, eta, start, v, 1) > middle * rho[:, None]
            low, high = np.where(grew, low, middle), np.where(grew, middle, high)
        # At a bound of the search nothing was found.
        reach = np.where((low > 0.5) & (high < 2), (low + high) / 2, np.nan)
    dims = ("saddle", "algorithm", "rho_level", "direction")
    return xarray.Dataset(
        {
            "growth": (dims, growth[None, None]),
            "growth_predicted": (dims, told[None, None]),
            "direction_trap": (dims, reach[None, None]),
            "direction_lam": (("saddle", "direction"), lam[None]),
        },
        coords={
            "saddle": [site.name],
            "algorithm": [method.label],
            # Saddles of different index lie in one dataset.
            "direction": np.arange(len(lam)),
        },
    )


def _along(
    site: Site, method: Method, eta: float, start: Any, v: np.ndarray, steps: int
) -> np.ndarray:
    """The component along v after some steps from saddle + start."""
    x = site.saddle.point + start
    *_, last = simulate.iterate(site.landscape, method, x, eta, steps)
    return ((last.x - site.saddle.point) * v).sum(axis=-1)
