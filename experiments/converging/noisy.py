"""Floors of stochastic runs: how near methods stay to the minimiser on mini-batches."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.converging.problems import Problem, problem
from landscapes.finite_sum import FiniteSum
from landscapes.sum_constants import sample_minima
from theory import methods
from theory.convergence import unified_sam_neighbourhood
from theory.expected_residual import interpolation_gap, tau_nice_residual
from theory.interval import Interval, mean
from theory.iterate import iterate
from theory.method import Method
from theory.noise import minibatches
from theory.schedule import unified_sam_radius, unified_sam_step

KAPPA, BATCHES = 10, (1, 16)
ETA, RHO = (0.02, 0.04, 0.08), (0.03, 0.1, 0.3)
STEPS, LATE = 1600, 800  # of a run, and those that its floor is the mean of
MISS = 1e-3  # by chance, of one interval
LAM = {"USAM": 0.0, "SAM": 1.0}  # UnifiedSAM's, of which L12 and L13 speak
PROVED = 400  # steps at L12's own rate and radius


def noisy(name: str, spec: str, seeds: int, quick: bool = False) -> xarray.Dataset:
    r"""One method on mini-batches of one problem, from its minimiser.

    Args:
        name: of the problem.
        spec: of the method.
        seeds: runs, >= 30; all methods, rates and radii see the same mini-batches.
        quick: shorter runs.

    Returns:
        `noise`, `_low`, `_high`: $E f(w_t) - f^*$ in the second half of the run over
        beta R^2/2, `(batch, noise_rho, noise_eta)`; inf where a run is lost. `proved`
        and `proved_high`, the same at L12's rate and radius over L12's neighbourhood,
        `(batch)`; NaN of methods it does not speak of.
    """
    where, method = problem(name), methods.make(spec)
    found = [_floors(where, method, tau, seeds, quick) for tau in BATCHES]
    ends = [np.stack([getattr(f, end) for f in found]) for end in vars(found[0])]
    cell = ("batch", "noise_rho", "noise_eta")
    names_ = ("noise", "noise_low", "noise_high")
    table = {name_: (cell, v) for name_, v in zip(names_, ends, strict=True)}
    proved = [_proved(where, method, tau, seeds, quick) for tau in BATCHES]
    table["proved"] = "batch", [p[0] for p in proved]
    table["proved_high"] = "batch", [p[1] for p in proved]
    coords = {"batch": list(BATCHES), "noise_rho": list(RHO), "noise_eta": list(ETA)}
    return xarray.Dataset(table, coords)


def unit(where: Problem) -> float:
    r"""$\beta R^2/2$, R the minimiser's distance from the origin or 1."""
    return where.beta * where.reach**2 / 2


def late(
    where: Problem, method: Method, tau: int, seeds: int, eta: np.ndarray, steps: tuple
) -> np.ndarray:
    """The mean gap of the last steps, `(seeds, ...)`; eta `(..., 1, 1)`.

    Args:
        where: the problem.
        method: with its radius, `(..., 1, 1)`.
        tau: size of the mini-batches.
        seeds: runs.
        eta: learning rates.
        steps: all, and how many of them are averaged.
    """
    f: FiniteSum = where.landscape
    shape = np.broadcast_shapes(np.shape(eta), np.shape(method.get("rho")))[:-2]
    x = np.broadcast_to(where.minimiser, (*shape, seeds, f.dim))
    sample, total = minibatches(f, min(tau, f.n), seeds, 9), 0.0
    with np.errstate(all="ignore"):
        for t, state in enumerate(iterate(f, method, x, eta, steps[0], sample=sample)):
            if t > steps[0] - steps[1] and t % 4 == 0:
                total = total + where.gap(state.x)
    return np.moveaxis(total / (steps[1] // 4), -1, 0)


def _floors(
    where: Problem, method: Method, tau: int, seeds: int, quick: bool
) -> Interval:
    eta = np.array(ETA)[:, None, None] / where.beta
    scale = 1 / where.beta if method.radius_unit == "rate" else where.reach
    rho = np.array(RHO)[:, None, None, None] * scale
    steps = (STEPS // 10, LATE // 10) if quick else (STEPS, LATE)
    gaps = late(where, method.having(rho=rho), tau, seeds, eta, steps) / unit(where)
    # A method without a radius has no axis of radii.
    gaps = gaps.reshape(seeds, -1, len(ETA)) + np.zeros((1, len(RHO), 1))
    lost = ~np.isfinite(gaps).all(axis=0)
    found = mean(np.where(lost, 0.0, gaps), MISS)
    return Interval(*(np.where(lost, np.inf, v) for v in vars(found).values()))


def _proved(
    where: Problem, method: Method, tau: int, seeds: int, quick: bool
) -> tuple[float, float]:
    """The floor over L12's neighbourhood, and the interval's upper end."""
    if method.label not in LAM:
        return np.nan, np.nan
    f, lam = where.landscape, LAM[method.label]
    L, tau = f.constants["beta_max"], min(tau, f.n)
    A, B = tau_nice_residual(f.n, tau, L)
    rho = unified_sam_radius(where.mu, L, A, B, lam) / 2
    gamma = unified_sam_step(rho, where.mu, L, A, B, lam)
    C = 2 * A * interpolation_gap(where.least, sample_minima(f))
    bound = unified_sam_neighbourhood(gamma, rho, where.mu, L, lam, C)
    steps = (PROVED // 4, PROVED // 8) if quick else (PROVED, PROVED // 2)
    eta, made = np.full((1, 1, 1), gamma), method.having(rho=np.full((1, 1, 1), rho))
    found = mean(late(where, made, tau, seeds, eta, steps)[:, 0], MISS)
    return float(found.value / bound), float(found.high / bound)
