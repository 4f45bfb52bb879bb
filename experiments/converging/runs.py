"""Following a batch of runs: how far they are, and what single steps do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.converging.problems import Problem
from theory.iterate import iterate
from theory.method import Method

LOOKS = 64  # times at which distances are kept
LEVELS = (1e-2, 1e-6)  # shares of f - f* at the start whose times are told
WATCHED, STRIDE = 500, 8  # steps that are all looked at; then every eighth
FAR = 1e6  # times the start's distance or gap: diverged
# Below this share of the start, of distance and gap, rounding tells: of quadratics,
# known about 0, and of sums over data.
ROUNDING = {"quadratic": (1e-130, 1e-130), "other": (1e-9, 1e-11)}
# A quotient of two gaps asks for more: the least value is known to 1e-16 of itself.
QUOTIENTS = 1e-7


@dataclass(frozen=True, eq=False)
class Trace:
    """What was seen of N runs.

    Args:
        times: steps at the looks, `(K,)`.
        distance: from the minimisers, `(K, N)`; NaN after a run is over.
        gap: of f, likewise.
        longest: the largest factor of the distance, and of the gap, in one of the first
            `WATCHED` steps, `(2, N)`.
        peak: the largest distance in these, over the first, `(N,)`.
        hits: the first step at which the gap is at most `LEVELS` of the first, inf for
            never, `(len(LEVELS), N)`.
        least: what rounding leaves of distance and gap, shares of the first.
    """

    times: np.ndarray
    distance: np.ndarray
    gap: np.ndarray
    longest: np.ndarray
    peak: np.ndarray
    hits: np.ndarray
    least: tuple[float, float]


def followed(
    problem: Problem,
    method: Method,
    eta: np.ndarray,
    rho: np.ndarray,
    x: np.ndarray,
    steps: int,
) -> Trace:
    """N runs; those that have arrived or diverged are over.

    Args:
        problem: what is minimised.
        method: gives the direction.
        eta: learning rates, `(N,)`.
        rho: radii, `(N,)`, in the method's unit.
        x: starts, `(N, d)`.
        steps: the most.
    """
    looks = np.unique(np.linspace(0, steps, LOOKS + 1).astype(int))
    first = np.stack([problem.distance(x), problem.gap(x)])
    n, least = len(x), ROUNDING.get(problem.kind, ROUNDING["other"])
    found = Trace(
        looks, *np.full((2, len(looks), n), np.nan), np.zeros((2, n)),
        np.ones(n), np.full((len(LEVELS), n), np.inf), least,
    )  # fmt: skip
    found.distance[0], found.gap[0] = first
    rows = np.arange(n)
    with np.errstate(all="ignore"):
        for k, (start, stop) in enumerate(zip(looks, looks[1:], strict=False), 1):
            x = _chunk(problem, method, (eta, rho), x, rows, start, stop, first, found)
            away = np.stack([problem.distance(x), problem.gap(x)])
            found.distance[k, rows], found.gap[k, rows] = away
            share = away / first[:, rows]
            known = np.where(np.isnan(first[0, rows]), share[1], share[0])
            over = ~(known < FAR) | (known < least[0]) | (share[1] < least[1])
            rows, x = rows[~over], x[~over]
            if not rows.size:
                break
    return found


def _chunk(
    problem: Problem,
    method: Method,
    numbers: tuple[np.ndarray, np.ndarray],
    x: np.ndarray,
    rows: np.ndarray,
    start: int,
    stop: int,
    first: np.ndarray,
    found: Trace,
) -> np.ndarray:
    """Some steps of the runs `rows`, written to what was found; their last points."""
    eta, rho = (number[rows, None] for number in numbers)
    before, top = None, found.peak[rows]
    longest, hits = found.longest[:, rows], found.hits[:, rows]
    quotients = found.least if problem.kind == "quadratic" else (QUOTIENTS, QUOTIENTS)
    floors = np.array(quotients)[:, None] * first[:, rows]
    levels = np.array(LEVELS)[:, None] * first[1, rows]
    run = iterate(problem.landscape, method.having(rho=rho), x, eta, stop - start)
    for t, state in enumerate(run, int(start)):
        if t > WATCHED and t % STRIDE:
            before = None
            continue
        now = np.stack([problem.distance(state.x), problem.gap(state.x)])
        if before is not None:
            near = (before > floors) & (before < FAR * first[:, rows])
            ratio = np.where(near & np.isfinite(now), now / before, 0.0)
            longest = np.fmax(longest, ratio)
            top = np.fmax(top, now[0] / first[0, rows])
        hits = np.where(np.isinf(hits) & (now[1] <= levels), t, hits)
        before = now
    found.longest[:, rows], found.hits[:, rows], found.peak[rows] = longest, hits, top
    return state.x
