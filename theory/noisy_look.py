"""One look at stochastic runs: verdict, place and period by one window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from landscapes.critical import CriticalPoint
from theory.noisy_problem import Problem
from theory.noisy_runs import Runs, Shown
from theory.noisy_verdict import (
    calm,
    centred,
    exact,
    nearest,
    norm,
    period,
    settled,
    steady,
    within,
)
from theory.verdict import AT, Verdict


@dataclass(frozen=True, eq=False)
class Cases:
    """What some runs are given: `(N,)` each, and the starts `(N, d)`."""

    eta: np.ndarray
    rho: np.ndarray
    x: np.ndarray
    which: np.ndarray

    def of(self, chosen: np.ndarray) -> Cases:
        """Some of the runs."""
        return Cases(*(part[chosen] for part in vars(self).values()))


def look(problem: Problem, cases: Cases, runs: Runs, shown: Shown) -> np.ndarray:
    """Codes, places and periods, `(3, N)`."""
    what = np.zeros((3, len(cases.eta)), int)
    with np.errstate(all="ignore"):
        lower = problem.value(runs.x) < problem.value(cases.x)
    what[0] = np.where(lower, Verdict.ESCAPED, Verdict.DIVERGED)
    what[1] = -1
    stay = np.flatnonzero(~runs.left)
    what[0, stay] = Verdict.UNDECIDED
    place = nearest(shown.x[stay].mean(axis=1), problem.landscape.critical_points)
    what[1, stay] = place
    for k in np.unique(place):
        here = stay[place == k]
        judge = _about if k >= 0 else _nowhere
        found = judge(problem, cases.of(here), shown.of(here), int(k))
        what[np.ix_([0, 2], here)] = found
    return what


def _nowhere(problem: Problem, cases: Cases, seen: Shown, k: int) -> np.ndarray:
    """Codes and periods, `(2, N)`, where no critical point is known."""
    away = norm(seen.x - seen.x.mean(axis=1, keepdims=True))
    quiet = settled(along(problem.value, seen.x)) & settled(away)
    found = np.zeros((2, len(quiet)), int)
    found[:, quiet] = _elsewhere(problem, seen.of(quiet))
    return found


def _about(problem: Problem, cases: Cases, seen: Shown, k: int) -> np.ndarray:
    """Codes and periods, `(2, N)`, of runs that are nearest to critical point k."""
    points = problem.landscape.critical_points
    critical, found = points[k], np.zeros((2, len(seen.x)), int)
    minimum = critical.kind == "minimum"
    quiet = np.flatnonzero(calm(seen.x, critical))
    part = seen.of(quiet)
    inside, outside = _expected(problem, cases.of(quiet), part, critical)
    band = quiet[inside & centred(part.x, points, k)]
    found[0, band] = Verdict.BAND if minimum else Verdict.STALLED
    rest = quiet[outside]
    found[:, rest] = _elsewhere(problem, seen.of(rest))
    there = exact(seen.x, seen.g, critical)
    found[0, there] = Verdict.CONVERGED if minimum else Verdict.STALLED
    found[1, there] = 0
    return found


def _expected(
    problem: Problem, cases: Cases, seen: Shown, critical: CriticalPoint
) -> tuple[np.ndarray, np.ndarray]:
    """Whether clouds are as wide as on the model of second order, and whether wider.

    The model is run over the window, under the same draws, from beside the critical
    point, so that what repels from there shows: its cloud has to settle as well, and
    until it does or leaves neither holds. What the run has had time to forget in a
    window, by `calm`, the model has too.
    """
    if not len(seen.x):
        return np.zeros(0, bool), np.zeros(0, bool)
    c = critical.point
    start = np.broadcast_to(c + AT / 10, (len(cases.eta), len(c)))
    given = cases.eta, cases.rho, start, cases.which
    model, shown = Runs.start(problem, *given, seen.span[0], c).until(seen.span[1])
    with np.errstate(all="ignore"):
        bounded = calm(shown.x, critical) & ~model.left
    narrow = within(seen.x - c, shown.x - c)
    return bounded & narrow, model.left | ~narrow


def _elsewhere(problem: Problem, seen: Shown) -> np.ndarray:
    """Codes and periods, `(2, N)`, of settled runs that are in no band."""
    if not len(seen.x):
        return np.zeros((2, 0), int)
    away = steady(along(problem.gradient, seen.x))
    returns = np.where(away, 0, period(seen.tail))
    moving = np.where(returns > 0, Verdict.CYCLING, Verdict.UNDECIDED)
    return np.stack([np.where(away, Verdict.HALLUCINATED, moving), returns])


def along(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """A function of points `(N, d)` at those of a window, `(N, LOOKS, d)`."""
    return np.stack([function(x[:, i]) for i in range(x.shape[1])], axis=1)
