"""A run from a point that is being dragged: its path, and what its verdict needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape
from theory.base import gradient_descent
from theory.iterate import iterate
from theory.method import Method, norm
from theory.noisy_problem import Problem
from theory.verdict import FAR

STEPS = 256  # of a path that follows the mouse
SEED = 0  # of the noise


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
