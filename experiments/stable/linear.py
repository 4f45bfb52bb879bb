"""Every method, learning rate and radius on one linear problem, at one batch size."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.stable.measures import MEASURES, measures
from experiments.stable.setting import Problem, lipschitz
from theory import methods
from theory.method import Method, norm
from theory.swapped import Swapped, apart, orders

CELL = ("algorithm", "eta_level", "rho_level", "check", "trial")


def runs(problem: Problem, batch: int, config: Any) -> xarray.Dataset:
    """All cells; every one sees the same data sets and the same mini-batches.

    Args:
        problem: what is learnt.
        batch: samples of a step; 0: all.
        config: with `methods`, `eta_grid`, `rho_grid` (in units of 1/beta, see
            `radii`) and `times`.

    Returns:
        `MEASURES`, `(algorithm, eta_level, rho_level, check, trial)`, the largest over
        all trials without that axis; `reach`, the
        longest point any run had visited, and `lipschitz`, the largest gradient of a
        sample on the ball of that radius, and of the ascents from it,
        `(algorithm, eta_level, rho_level, check)`; `eta`, `rho` in their own units;
        `beta`, `mu`.
    """
    f, test_X, test_y = problem.pairs()
    seed, times = [problem.seed, problem.n, batch, 1], config.times_of(problem.model)
    order = orders(f.n, batch or f.n, len(f.y), max(times), np.random.default_rng(seed))
    eta = np.array(config.eta_grid) / f.smoothness
    rows = []
    for spec in config.methods:
        method = methods.make(spec)
        rho = radii(f, method, config.rho_grid)
        grid = [v.ravel()[:, None] for v in np.meshgrid(eta, rho, indexing="ij")]
        found = followed(
            f, method.having(rho=grid[1]), grid[0], order, times, test_X, test_y
        )
        found["lipschitz"] = steepest(f, method, grid[1][:, 0], found["reach"])
        rows.append(shaped(found, method, (len(eta), len(rho)), len(config.rho_grid)))
        rows[-1]["rho"] = ("rho_level", np.resize(rho, len(config.rho_grid)))
    whole = xarray.concat(rows, "algorithm", join="exact")
    return whole.assign(
        eta=("eta_level", eta),
        beta=f.smoothness,
        mu=f.ridge,
        times=("check", list(times)),
    )


def radii(f: Any, method: Method, multiples: Any) -> np.ndarray:
    r"""Rates in units of $1/\beta$; lengths as far as such an ascent goes at first.

    That is times the root mean square gradient of a sample there, `f.usual`. One, 0,
    for a method without.
    """
    if not method.has_radius:
        return np.zeros(1)
    rho = np.array(multiples) / f.smoothness
    return rho * f.usual if method.radius_unit == "length" else rho


def followed(
    f: Swapped,
    method: Method,
    eta: np.ndarray,
    order: np.ndarray,
    times: tuple[int, ...],
    test_X: np.ndarray,
    test_y: np.ndarray,
) -> dict[str, np.ndarray]:
    """The measures after so many steps, check first, and `reach`, `(check, C)`."""
    replaced = f.shape[1] - 1
    seen: dict[str, list] = {name: [] for name in (*MEASURES, "reach")}
    reach = np.zeros(len(eta))
    with np.errstate(all="ignore"):
        for t, x in enumerate(f.paths(method, eta, f.start(len(eta)), order)):
            reach = np.maximum(reach, norm(x).max(axis=(0, 1))[:, 0])
            if t in times:
                tests = f.losses(x, test_X, test_y)
                own = f.losses(x, f.X[:, :replaced], f.y[:, :replaced])
                for name, value in measures(apart(x), tests, own).items():
                    seen[name].append(value)
                seen["reach"].append(reach)
    return {name: np.array(values) for name, values in seen.items()}


def steepest(
    f: Swapped, method: Method, rho: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """The largest gradient of a sample wherever the method takes one, `(check, C)`."""
    plain = lipschitz(f, reach)
    if not method.has_radius:
        return plain
    far = rho if method.radius_unit == "length" else rho * plain
    return lipschitz(f, reach + far)


def shaped(
    found: dict[str, np.ndarray], method: Method, grid: tuple[int, int], levels: int
) -> xarray.Dataset:
    """Cells with names; a method without a radius is shown at every level."""
    made = {}
    for name, value in found.items():
        value = value.reshape(len(value), *grid, *value.shape[2:])
        value = np.moveaxis(value, 0, 2)
        value = np.repeat(value, levels // grid[1], axis=1)
        made[name] = (CELL[1 : 1 + value.ndim], value)
    return xarray.Dataset(made, {"algorithm": method.label})
