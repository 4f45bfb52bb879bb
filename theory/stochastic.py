"""Running every start of a grid under noise until its verdict is sure."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.decide import Decision, decide
from theory.method import Method
from theory.noisy_runs import Problem, Runs, Shown, times
from theory.noisy_verdict import (
    Stretch,
    at_point,
    hallucinated,
    leaving,
    nearest,
    period,
    stays,
    within,
)
from theory.validate import at_edge, require
from theory.verdict import AT, Verdict

FIRST = 256  # steps before the first look; each further look doubles them
PART = 16384  # coordinates of a part's runs: its window fits the memory well
FINAL = (Verdict.CONVERGED, Verdict.DIVERGED, Verdict.ESCAPED)


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
    twice, in two windows without a common step (`theory.noisy_verdict`):

    * CONVERGED: every gradient seen vanishes at a minimum: so does the noise.
    * BAND, STALLED: a settled cloud, in the cell of one critical point and about it, no
      wider than half as much again than that of the same method under the same draws
      on the model of second order there. STALLED moreover: no direction in which f may
      descend drifts.
    * HALLUCINATED: a settled cloud, the true gradient steady and not zero.
    * CYCLING: returns after some steps much nearer than after one.

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
    eta, rho, x, seed = _checked(landscape, eta, rho, x, seed, steps, noise, batch)
    at_edge(method.having(rho=rho), eta=eta)
    if not noise and batch in (0, getattr(landscape, "n", 0)):
        return decide(landscape, method, eta, rho, x, steps, base=base, engine="numpy")
    found = Decision(
        np.zeros(len(x), np.int8),
        np.full(len(x), -1, np.int16),
        np.zeros(len(x), np.int8),
        np.full(len(x), steps, np.int32),
    )
    order = np.argsort(seed, kind="stable")
    for low in range(0, len(x), max(1, PART // landscape.dim)):
        rows = order[low : low + max(1, PART // landscape.dim)]
        seeds, which = np.unique(seed[rows], return_inverse=True)
        problem = Problem(landscape, method, base, noise, batch, seeds)
        _decide(problem, eta[rows], rho[rows], x[rows], which, steps, rows, found)
    return found


def _checked(
    landscape: Landscape,
    eta: Any,
    rho: Any,
    x: Any,
    seed: Any,
    steps: int,
    noise: float,
    batch: int,
) -> tuple[np.ndarray, ...]:
    """Flat arrays of one length."""
    x, seed = np.asarray(x, dtype=float), np.asarray(seed)
    eta, rho = np.asarray(eta, dtype=float), np.asarray(rho, dtype=float)
    landscape.check(x)
    shapes = [a.shape for a in (eta, rho, seed)]
    if x.ndim != 2 or any(shape != x.shape[:1] for shape in shapes):
        raise ValueError(
            f"eta, rho and seed are (N,) and starts (N, d), got {shapes}, {x.shape}."
        )
    if not np.issubdtype(seed.dtype, np.integer) or (seed < 0).any():
        raise ValueError(f"seeds are whole numbers >= 0, got {seed}.")
    if steps < FIRST:
        raise ValueError(f"a stochastic verdict needs >= {FIRST} steps, got {steps}.")
    require("noise", np.asarray(noise), np.asarray(noise >= 0), ">= 0")
    n = getattr(landscape, "n", 0)
    if not 0 <= batch <= n:
        raise ValueError(
            f"`{landscape.name}` has {n} samples: batch is in [0, {n}], got {batch}."
        )
    return eta, rho, x, seed


def _decide(
    problem: Problem,
    eta: np.ndarray,
    rho: np.ndarray,
    x: np.ndarray,
    which: np.ndarray,
    steps: int,
    rows: np.ndarray,
    found: Decision,
) -> None:
    """Decides runs of one part and writes to their `rows`."""
    runs, before = Runs.start(problem, eta, rho, x, which), None
    alive = np.arange(len(x))
    for stop in horizons(steps):
        begun = runs.done
        runs, shown = runs.until(stop)
        at = (eta[alive], rho[alive], x[alive], which[alive])
        what = look(problem, runs, shown, begun, at)
        sure = np.isin(what[0], FINAL)
        if before is not None:
            sure |= (what == before).all(axis=0) & (what[0] != Verdict.UNDECIDED)
        over = rows[alive[sure]]
        taken = runs.progress.steps.reshape(-1)
        found.verdict[over], found.place[over], found.period[over] = what[:, sure]
        found.steps[over] = taken[sure]
        keep = np.flatnonzero(~sure)
        if not keep.size:
            return
        alive, before, runs = alive[keep], what[:, keep], runs.of(keep)
    # What the steps did not suffice for: the place of the last look is still told.
    found.place[rows[alive]] = before[1]


def horizons(steps: int) -> list[int]:
    """256, 512, 1024 ...; the last one is `steps`, and no stretch is a short one."""
    found = [FIRST]
    while found[-1] * 2 <= steps:
        found.append(found[-1] * 2)
    rest = steps - found[-1]
    return [*found, steps] if rest >= found[-1] / 2 else [*found[:-1], steps]


def look(
    problem: Problem, runs: Runs, shown: Shown, begun: int, at: tuple
) -> np.ndarray:
    """Codes, places and periods `(3, n)` by one window."""
    eta, _, start, _ = at
    what = np.zeros((3, len(eta)), int)
    what[1] = -1
    left, whole = runs.left, problem.whole
    with np.errstate(all="ignore"):
        lower = value(whole, runs.x) < value(whole, start)
    what[0] = np.where(lower, Verdict.ESCAPED, Verdict.DIVERGED)
    stay = np.flatnonzero(~left)
    if stay.size:
        x = shown.x[stay]
        f = np.stack([value(whole, x[:, i]) for i in range(x.shape[1])], axis=1)
        half = np.diff(times(begun, runs.done).reshape(2, -1).mean(axis=1))[0]
        seen = Stretch(x, shown.g[stay], f, shown.tail[stay], half)
        what[:, stay] = _judge(problem, seen, [v[stay] for v in at], runs.done)
    return what


def value(f: Landscape, x: np.ndarray) -> np.ndarray:
    """Values at the points `(n, d)`; see `Problem.whole`."""
    return f.value(x[:, None])[:, 0] if hasattr(f, "n") else f.value(x)


def slope(f: Landscape, x: np.ndarray) -> np.ndarray:
    """Gradients at the points `(n, d)`, likewise."""
    return f.gradient(x[:, None])[:, 0] if hasattr(f, "n") else f.gradient(x)


def _judge(problem: Problem, seen: Stretch, at: list, done: int) -> np.ndarray:
    """The same for runs that stayed."""
    points = problem.landscape.critical_points
    place = nearest(seen.x.mean(axis=1), points)
    codes, period_ = np.zeros((2, len(place)), int)
    for k, critical in enumerate(points):
        here = np.flatnonzero(place == k)
        if here.size:
            parts = [v[here] for v in at]
            codes[here] = _about(problem, seen.of(here), k, critical, parts, done)
    rest = np.flatnonzero(codes == Verdict.UNDECIDED)
    if rest.size:
        part = seen.of(rest)
        x = part.x
        g = [slope(problem.whole, x[:, i]) for i in range(x.shape[1])]
        steady = hallucinated(part, np.stack(g, axis=1), at[0][rest])
        period_[rest] = np.where(steady, 0, period(part.tail))
        moving = np.where(period_[rest] > 0, Verdict.CYCLING, Verdict.UNDECIDED)
        codes[rest] = np.where(steady, Verdict.HALLUCINATED, moving)
    return np.stack([codes, place, period_])


def _about(
    problem: Problem, seen: Stretch, k: int, critical: Any, at: list, done: int
) -> np.ndarray:
    """Codes of runs whose nearest critical point this is."""
    minimum = critical.kind == "minimum"
    exact = at_point(seen, critical)
    band = stays(seen, problem.landscape.critical_points, k) & ~exact
    asked = np.flatnonzero(band)
    if asked.size:
        eta, rho, _, which = (v[asked] for v in at)
        # A start off the point itself: what repels from there must show it.
        begin = np.broadcast_to(critical.point + AT / 10, seen.x[asked, 0].shape)
        model = Runs.start(problem, eta, rho, begin, which, critical.point)
        _, shown = model.until(done)
        band[asked] = within(seen.of(asked), shown.x, critical)
    if minimum:
        return np.where(exact, Verdict.CONVERGED, np.where(band, Verdict.BAND, 0))
    exact &= ~leaving(seen, critical)
    return np.where(exact | band, Verdict.STALLED, Verdict.UNDECIDED)
