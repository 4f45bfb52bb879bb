"""The largest value over an interval or a rectangle, from samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from scipy.ndimage import minimum_filter
from scipy.optimize import minimize

# Shares of an interval. At its very ends a programme has no interior.
END = 1e-6
POINTS = {1: 13, 2: 9}
STARTS = {1: 1, 2: 3}
RESOLUTION = 1e-4
NUDGES = 0.0, 1e-3, 1e-2
UNKNOWN = np.finfo(float).max


@dataclass(frozen=True)
class Sweep:
    """Where parameters were tried.

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

    A grid, then searches without derivatives from the best of its local maxima. What
    is found is a lower bound of the largest value: a narrow peak may be missed.

    Args:
        value: at shares `(dim,)`; NaN where it is not known.
        dim: 0, 1 or 2.
    """
    if dim == 0:
        return np.zeros(0), Sweep(1, int(np.isnan(value(np.zeros(0)))), 0.0)
    seen: list[tuple[float, tuple[float, ...]]] = []  # losses, and where

    def loss(place: np.ndarray) -> float:
        # Where it is not known, a little nearer to the middle it mostly is.
        for nudge in NUDGES:
            shares = _shares(place + nudge * (0.5 - place))
            found = value(shares)
            if np.isfinite(found):
                seen.append((-found, tuple(shares)))
                return -found
        seen.append((UNKNOWN, tuple(shares)))
        return UNKNOWN

    side = np.linspace(0, 1, POINTS[dim])
    grid = np.array(list(product(side, repeat=dim)))
    losses = np.array([loss(place) for place in grid])
    for start in _peaks(losses.reshape([len(side)] * dim), grid)[: STARTS[dim]]:
        _climb(loss, start)
    unsolved = sum(bool(lost == UNKNOWN) for lost, _ in seen)
    return np.array(min(seen)[1]), Sweep(len(seen), unsolved, RESOLUTION)


def _shares(place: np.ndarray) -> np.ndarray:
    """Slower towards the ends, where a worst case may change fast."""
    t = np.clip(place, 0, 1)
    return END + (1 - 2 * END) * t * t * (3 - 2 * t)


def _peaks(losses: np.ndarray, grid: np.ndarray) -> list[np.ndarray]:
    """Places of the grid that no neighbour betters, the best first."""
    least = minimum_filter(losses, size=3, mode="nearest")
    places = np.flatnonzero((losses <= least).ravel())
    order = places[np.argsort(losses.ravel()[places], kind="stable")]
    return [grid[k] for k in order]


def _climb(loss: Callable, start: np.ndarray) -> None:
    """A wide search, and in two dimensions a narrow one from where it ended."""
    dim = len(start)
    for size in (0.1, 0.02)[:dim]:
        corners = start + np.vstack([np.zeros(dim), size * np.eye(dim)])
        options = {
            "initial_simplex": np.where(corners > 1, 2 * start - corners, corners),
            "xatol": RESOLUTION,
            "fatol": 1e-12,
            "maxfev": 80 * dim,
        }
        end = minimize(
            loss, start, method="Nelder-Mead", bounds=[(0, 1)] * dim, options=options
        )
        start = end.x
