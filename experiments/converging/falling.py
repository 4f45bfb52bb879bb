"""Falling steps and radii: the order of the error in t, from the slope of two times."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray

from experiments.converging.problems import Problem, problem
from theory import methods
from theory.convergence import exponent
from theory.expected_residual import tau_nice_residual
from theory.interval import mean
from theory.method import Method
from theory.noise import minibatches
from theory.runs import at
from theory.schedule import Schedule, unified_sam, usam_pl

KAPPA, SHARE = 3, 0.5  # of the samples, in a mini-batch
STEPS, SPAN = 3200, 4
SCHEDULES = ("L27", "L14")
MISS = 1e-3  # by chance, of one interval


def schedule(name: str, where: Problem, method: Method) -> Schedule | None:
    """L27's for every method with mini-batches, L14's for UnifiedSAM's ends."""
    f = where.landscape
    L = f.constants["beta_max"]
    if name == "L27":
        return usam_pl(where.mu, L)
    lam = {"USAM": 0.0, "SAM": 1.0}.get(method.label)
    if lam is None:
        return None
    A, B = tau_nice_residual(f.n, _batch(where), L)
    made = unified_sam(where.mu, L, A, B, lam)
    return partial(_without_lam, made)


def _without_lam(made: Schedule, t: int) -> dict:
    return {key: value for key, value in made(t).items() if key != "lam"}


def _batch(where: Problem) -> int:
    return max(1, int(SHARE * where.landscape.n))


def falling(name: str, spec: str, seeds: int, quick: bool = False) -> xarray.Dataset:
    r"""The slope of $\ln E(f(w_t) - f^*)$ over $\ln t$ in the last two octaves.

    Args:
        name: of the problem.
        spec: of the method.
        seeds: runs, >= 30, on the same mini-batches for all methods.
        quick: shorter runs.

    Returns:
        `slope`, `_low`, `_high`, `(schedule)`; NaN where a schedule is not meant for
        the method.
    """
    where, method = problem(name), methods.make(spec)
    steps, rows = STEPS // 8 if quick else STEPS, []
    for word in SCHEDULES:
        given = schedule(word, where, method)
        if given is None:
            rows.append((np.nan,) * 3)
            continue
        rng = np.random.default_rng(27)
        x = where.minimiser + 0.1 * rng.normal(size=(seeds, where.landscape.dim))
        sample = minibatches(where.landscape, _batch(where), seeds, 27)
        run = at(
            (steps // SPAN, steps), where.landscape, method, x, None,
            sample=sample, schedule=given,
        )  # fmt: skip
        ends = [mean(where.gap(state.x), MISS / 2) for state in run]
        found = exponent(*ends, SPAN)
        rows.append((found.value, found.low, found.high))
    ends = dict(
        zip(("slope", "slope_low", "slope_high"), np.transpose(rows), strict=True)
    )
    return xarray.Dataset(
        {key: ("schedule", v) for key, v in ends.items()}, {"schedule": list(SCHEDULES)}
    )
