"""Running every start of a grid under noise until its verdict is sure."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.decide import FINAL, Decision, decide
from theory.method import Method
from theory.noisy_look import Cases, look
from theory.noisy_problem import Problem
from theory.noisy_runs import Runs
from theory.validate import at_edge, require
from theory.verdict import Verdict

FIRST = 256  # steps before the first look; each further look doubles them
PART = 16384  # coordinates of the runs decided at a time: bounds the memory


def decide_noisy(
    landscape: Landscape,
    method: Method,
    eta: Any,
    rho: Any,
    x: Any,
    seed: Any,
    steps: int,
    *,
    noise: float = 0.0,
    batch: int = 0,
    base: GradientDescent | HeavyBall = gradient_descent,
) -> Decision:
    r"""Extends stochastic runs that are not sure yet: after 256, 512, 1024 ... steps.

    Every step adds $\xi_t\sim N(0, \mathrm{noise}^2 I)$ to all its gradients, or takes
    them of `batch` samples drawn without replacement, or both. What a step draws
    depends on the run's seed and the step alone, so that methods, rates, radii and
    starts of one seed are compared on the same noise, and a run's numbers are the same
    bytes in whatever company it is. Without noise this is `decide`.

    Converged, diverged and escaped runs are over; any other verdict must be found
    twice, in two windows without a common step:

    * CONVERGED: the gradients seen vanish at a minimum, and with them the noise.
    * BAND, STALLED: distance and energy have settled, about a minimum or another
      critical point and in its cell alone, and the cloud is at most half as much again
      as wide as that of the same method under the same draws on f's model of second
      order there. STALLED: nor does the cloud drift where f may descend.
    * HALLUCINATED: settled, wider than that, the true gradient steady and not zero.
    * CYCLING: settled, wider than that, back after some steps, not after one.

    `theory.noisy_verdict` says when a quantity has settled.

    Args:
        landscape: with `n` and `restrict` for mini-batches.
        method: gives the direction.
        eta: learning rates, `(N,)`.
        rho: radii, `(N,)`.
        x: starts, `(N, d)`.
        seed: whole numbers >= 0, `(N,)`.
        steps: the most steps a run takes, >= 256.
        noise: standard deviation per coordinate.
        batch: size of the mini-batches, up to `landscape.n`; 0: all samples.
        base: the base update.

    Raises:
        ValueError: a bad number or shape, or mini-batches of what has no samples.
    """
    given = [np.asarray(v, dtype=float) for v in (eta, rho, x)]
    cases = Cases(*given, np.asarray(seed))
    _check(landscape, cases, steps, noise, batch)
    at_edge(method.having(rho=cases.rho), eta=cases.eta)
    if not noise and batch in (0, getattr(landscape, "n", 0)):
        return decide(landscape, method, *given, steps, base=base, engine="numpy")
    size = len(cases.x)
    found = Decision(
        np.zeros(size, np.int8),
        np.full(size, -1, np.int16),
        np.zeros(size, np.int8),
        np.full(size, steps, np.int32),
    )
    order = np.argsort(cases.which, kind="stable")
    for rows in np.array_split(order, -(-cases.x.size // PART)):
        seeds, which = np.unique(cases.which[rows], return_inverse=True)
        problem = Problem(landscape, method, base, noise, batch, seeds)
        part = Cases(cases.eta[rows], cases.rho[rows], cases.x[rows], which)
        _decide(problem, part, steps, rows, found)
    return found


def _check(
    landscape: Landscape, cases: Cases, steps: int, noise: float, batch: int
) -> None:
    """Refuses what is not flat, and numbers out of range."""
    x, seed = cases.x, cases.which
    landscape.check(x)
    shapes = [v.shape for v in (cases.eta, cases.rho, seed)]
    if x.ndim != 2 or not x.size or any(shape != x.shape[:1] for shape in shapes):
        raise ValueError(
            "eta, rho and seed are (N,) beside starts (N, d), N >= 1, got "
            f"{shapes} and {x.shape}."
        )
    if not np.issubdtype(seed.dtype, np.integer) or seed.min() < 0:
        raise ValueError(f"seeds are whole numbers >= 0, got {seed.min()}.")
    if steps < FIRST:
        raise ValueError(f"a stochastic verdict needs >= {FIRST} steps, got {steps}.")
    require("noise", np.asarray(noise), np.asarray(noise >= 0), ">= 0")
    n = getattr(landscape, "n", 0)
    if not 0 <= batch <= n:
        raise ValueError(
            f"batch is in [0, {n}], the samples of `{landscape.name}`, got {batch}."
        )


def _decide(
    problem: Problem, cases: Cases, steps: int, rows: np.ndarray, found: Decision
) -> None:
    """Decides some runs and writes what it found to their `rows`."""
    runs, before = Runs.start(problem, **vars(cases)), None
    for stop in horizons(steps):
        runs, shown = runs.until(stop)
        what = look(problem, cases, runs, shown)
        sure = np.isin(what[0], FINAL)
        if before is not None:
            sure |= (what == before).all(axis=0) & (what[0] != Verdict.UNDECIDED)
        over = rows[sure]
        found.verdict[over], found.place[over], found.period[over] = what[:, sure]
        found.steps[over] = runs.steps[sure]
        keep = np.flatnonzero(~sure)
        if not keep.size:
            return
        rows, before = rows[keep], what[:, keep]
        cases, runs = cases.of(keep), runs.of(keep)


def horizons(steps: int) -> list[int]:
    """256, 512, 1024 ... and the most steps, which end no window that is too short."""
    found = [FIRST]
    while found[-1] * 2 <= steps:
        found.append(found[-1] * 2)
    rest = steps - found[-1]
    return [*found, steps] if rest >= found[-1] / 2 else [*found[:-1], steps]
