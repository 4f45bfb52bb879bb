"""A run from a point that is being dragged: its path, and the verdict on its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape
from theory import verdict
from theory.base import gradient_descent
from theory.decide import WINDOW, Decision, decide
from theory.iterate import iterate
from theory.method import Method, norm
from theory.noisy_problem import Problem
from theory.simulate import Run
from theory.stochastic import decide_noisy
from theory.verdict import FAR, Verdict

STEPS = 256  # of a path that follows the mouse
SEED = 0  # of the noise
SURE = 8192  # most steps of the run that a sure verdict rests on


@dataclass(frozen=True, eq=False)
class Path:
    """The first steps of some runs, with what a verdict needs.

    Args:
        x: points, oldest first, `(T + 1, ..., d)`; NaN after a run has left.
        g_norm: norms of the raw gradient there, `(T + 1, ...)`.
        d_norm: norms of the surrogate gradient there, `(T + 1, ...)`.
        eta: learning rate.
        method: with its radius.
        noise: standard deviation of the gradients' noise, per coordinate.
    """

    x: np.ndarray
    g_norm: np.ndarray
    d_norm: np.ndarray
    eta: float
    method: Method
    noise: float = 0.0


def follow(
    landscape: Landscape,
    method: Method,
    x: Any,
    eta: float,
    steps: int = STEPS,
    noise: float = 0.0,
) -> Path:
    """Runs a method step by step; no kernel is compiled for so few steps.

    Args:
        landscape: the surface.
        method: with a number as radius.
        x: start, `(..., d)`.
        eta: learning rate.
        steps: how many.
        noise: as in `theory.stochastic.decide_noisy`, the same for all methods.
    """
    x = np.asarray(x, dtype=float)
    parts = "components" in landscape.kinds
    # Coordinate by coordinate, numbers are several times faster than arrays of two.
    point = Components(x[..., i] for i in range(landscape.dim)) if parts else x
    sample = _sample(landscape, method, noise) if noise else None
    found: tuple[list, list, list] = ([], [], [])
    with np.errstate(all="ignore"):
        for state in iterate(landscape, method, point, eta, steps, sample=sample):
            for column, value in zip(
                found, (state.x, norm(state.g), norm(state.d)), strict=True
            ):
                column.append(value)
        points, g, d = (_stacked(column) for column in found)
        away = ~(np.abs(points).max(axis=-1) < FAR)
    points[np.maximum.accumulate(away, axis=0)] = np.nan
    if not parts:
        g, d = g[..., 0], d[..., 0]
    return Path(points, g, d, eta, method, noise)


def _sample(landscape: Landscape, method: Method, noise: float) -> Callable:
    """What a run sees in a step: seed 0 of the runs that its verdict rests on."""
    seeds = np.array([SEED])
    problem = Problem(landscape, method, gradient_descent, noise, 0, seeds)
    return lambda t: problem.seen(t, 0)


def _stacked(column: list) -> np.ndarray:
    """States along a first axis, coordinates along the last."""
    if isinstance(column[0], Components):
        return np.moveaxis(np.array([point.parts for point in column]), 1, -1)
    return np.array(column)


def judged(landscape: Landscape, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The verdict on the path's last 64 steps: its code, and where, `(...)`.

    That is what has been seen so far; `settled` tells it for sure. A run that has left
    has descended if f was lower where it was last finite.

    Returns:
        `Verdict` values, and positions in `landscape.critical_points` (-1: none).
    """
    left = ~np.isfinite(path.x[-1]).all(axis=-1)
    shape, rho = left.shape, path.method.get("rho", 0.0)
    length = path.method.radius_unit == "length"
    found = verdict.classify(
        Run(
            x=path.x[-1],
            steps=np.full(shape, len(path.x) - 1),
            left=left,
            window=path.x[-WINDOW - 1 : -1],
            g_norm=path.g_norm[-WINDOW - 1 : -1],
            d_norm=path.d_norm[-WINDOW - 1 : -1],
            eta=np.full(shape, path.eta),
            rho=np.full(shape, rho if length else 0.0),
            radius_unit=path.method.radius_unit,
            center=np.zeros(()),
            engine="numpy",
        ),
        landscape,
    )
    codes = np.where(left & _lower(landscape, path), Verdict.ESCAPED, found.codes)
    return codes, found.nearest


def _lower(landscape: Landscape, path: Path) -> np.ndarray:
    """Whether f is lower at a run's last point that is finite than at its start."""
    count = np.isfinite(path.x).all(axis=-1).sum(axis=0)
    last = np.take_along_axis(path.x, np.maximum(count - 1, 0)[None, ..., None], 0)[0]
    return landscape.value(last) < landscape.value(path.x[0])


def settled(landscape: Landscape, path: Path, steps: int = SURE) -> Decision:
    """What one run does in the end: extended until its verdict is sure."""
    rho = path.method.get("rho", 0.0)
    if path.noise:
        one = [np.array([value]) for value in (path.eta, rho, path.x[0], SEED)]
        found = decide_noisy(landscape, path.method, *one, steps, noise=path.noise)
        return Decision(*(value[0] for value in vars(found).values()))
    return decide(
        landscape, path.method, path.eta, rho, path.x[0], steps, engine="numpy"
    )


SAID = {
    Verdict.CONVERGED: "converges to the {}",
    Verdict.BAND: "bounces around the {}",
    Verdict.STALLED: "is held at the {}",
    Verdict.HALLUCINATED: "rests where f still slopes",
    Verdict.CYCLING: "cycles",
    Verdict.DIVERGED: "diverges",
    Verdict.ESCAPED: "descends without end",
    Verdict.UNDECIDED: "is still on its way",
}
ANYWHERE = {Verdict.STALLED: "saddle or maximum"}


def told(landscape: Landscape, code: int, place: int) -> str:
    """A verdict in words, with the critical point it names."""
    code = Verdict(int(code))
    where = ANYWHERE.get(code, "minimum")
    if place >= 0:
        where = landscape.critical_points[int(place)].label
    return SAID[code].format(where)
