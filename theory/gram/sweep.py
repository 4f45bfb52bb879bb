"""The largest value over an interval or a rectangle, from samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from scipy.optimize import minimize

# Shares of an interval. At its very ends a programme has no interior.
COARSE = np.array([1e-4, *np.linspace(0, 1, 13)[1:-1], 1 - 1e-4])
RESOLUTION = 1e-4


@dataclass(frozen=True)
class Sweep:
    """Where a parameter was tried.

    Args:
        evaluations: how often.
        unsolved: of these.
        resolution: of the worst place, as a share of the interval; 0: none to sweep.
        at: the worst parameters, by name.
    """

    evaluations: int
    unsolved: int
    resolution: float
    at: dict[str, float] = field(default_factory=dict)

    def named(self, at: dict[str, float]) -> Sweep:
        """With the parameters."""
        return replace(self, at=at)


def largest(value: Callable[[np.ndarray], float], dim: int) -> tuple[np.ndarray, Sweep]:
    """The place in the cube of shares, and how it was found.

    A grid, then a search without derivatives from its best place: the worst case is
    continuous, and was unimodal wherever it was looked at.

    Args:
        value: at shares `(dim,)`; NaN where it is not known.
        dim: 0, 1 or 2.
    """
    if dim == 0:
        return np.zeros(0), Sweep(1, int(np.isnan(value(np.zeros(0)))), 0.0)
    seen: list[float] = []

    def loss(shares: np.ndarray) -> float:
        seen.append(value(np.clip(shares, COARSE[0], COARSE[-1])))
        return -seen[-1] if np.isfinite(seen[-1]) else np.finfo(float).max

    grid = np.array(list(product(COARSE[::dim], repeat=dim)))
    losses = np.array([loss(shares) for shares in grid])
    start = grid[losses.argmin()]
    steps = start + np.vstack([np.zeros(dim), 0.05 * np.eye(dim)])
    steps = np.where(steps > COARSE[-1], 2 * start - steps, steps)
    found = minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={
            "initial_simplex": steps,
            "xatol": RESOLUTION,
            "fatol": 1e-12,
            "maxfev": 60 * dim,
        },
    )
    best = start if losses.min() <= found.fun else found.x
    shares = np.clip(best, COARSE[0], COARSE[-1])
    return shares, Sweep(len(seen), int(np.isnan(seen).sum()), RESOLUTION)
