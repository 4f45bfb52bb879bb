"""The bounds beside what is measured, within their assumptions."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.stable.setting import NETWORKS, Problem
from theory import uniform

ONE_OUTPUT = ("square", "logistic")  # l(<x, w>), no ridge: T16 is about these
ONE_SIGN = ("logistic",)  # whose slope keeps its sign
KEPT = ("reach", "lipschitz", "beta", "mu")


def beside(runs: xarray.Dataset, problem: Problem) -> xarray.Dataset:
    r"""Runs with `distance_bound`, `loss_bound` and `trivial_bound`.

    Each `(batch, algorithm, eta_level, rho_level, check)`, of the region visited: G is
    the largest gradient of a sample on the ball that holds all runs of the cell. The
    first bounds $E\|w_T - w_T^{(i)}\|$, times G the second. Infinite where none is
    known. The last is $2\eta GT$, which every method keeps: a bound not below it is
    vacuous.
    """
    shape = runs.lipschitz.transpose(
        "batch", "algorithm", "eta_level", "rho_level", "check"
    )
    found = xarray.full_like(shape, np.inf)
    eta, steps = runs.eta.values[:, None, None], runs.times.values
    for batch in runs.batch.values:
        for label in runs.algorithm.values:
            at = {"batch": batch, "algorithm": label}
            found.loc[at] = bound(runs.sel(at), problem, eta, steps)
    trivial = uniform.trivial(eta, shape, steps)
    return runs.assign(
        distance_bound=found,
        loss_bound=found * shape,
        trivial_bound=shape * 0 + trivial,
    )


def bound(
    cell: xarray.Dataset, problem: Problem, eta: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """On the distance of one method's runs at one batch size, `(eta, rho, check)`."""
    if problem.model in NETWORKS:
        return grown(cell, eta, steps, problem.n)
    batch = problem.n if cell.batch == "all" else int(cell.batch)
    label = str(cell.algorithm.values)
    options = {
        "eta": eta,
        "rho": cell.rho.values[None, :, None],
        "mu": float(cell.mu),
        "beta": float(cell.beta),
        "lipschitz": cell.lipschitz.values,
        "n": problem.n,
        "steps": steps,
        "batch": batch,
    }
    if label not in uniform.METHODS:
        return np.full(cell.lipschitz.shape, np.inf)
    found = uniform.distance(label, **options)
    if applies(label, problem.model, batch):
        # Both are true; the exact one of linear models is smaller, or as small.
        found = np.minimum(found, uniform.distance(label, **options, linear=True))
    return np.broadcast_to(found, cell.lipschitz.shape)


def applies(label: str, model: str, batch: int) -> bool:
    """Whether T16 speaks of a method's runs: one example at a time, one output."""
    if batch != 1 or model not in ONE_OUTPUT:
        return False
    return label != "SAM" or model in ONE_SIGN


def grown(
    cell: xarray.Dataset, eta: np.ndarray, steps: np.ndarray, n: int
) -> np.ndarray:
    r"""Of networks, were their beta and G those at the start: they are larger.

    $\frac{2G}{n\beta}((1+\eta\beta)^T - 1)$, GD's; the other methods' are larger.
    """
    beta, G = float(cell.beta), cell.lipschitz.values
    with np.errstate(over="ignore"):
        return 2 * G / (n * beta) * np.expm1(steps * np.log1p(eta * beta))
