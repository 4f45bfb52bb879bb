"""Limit points that the landscape lists: being at one, in its band, leaving it."""

from __future__ import annotations

import numpy as np

from landscapes.critical import CriticalPoint
from theory.limit_points import AT, VANISHED
from theory.window import Window, band, growing, norm


def reach(critical: CriticalPoint) -> float:
    r"""The distance below which a run whose gradient vanished is at this point.

    At a degenerate one the gradient is lost sooner: beside a quartic minimum it falls
    below `VANISHED` at the cube root of it already.
    """
    return VANISHED ** (1 / 3) if critical.nullity else AT


def size(critical: CriticalPoint) -> float:
    """The largest curvature."""
    return float(np.abs(critical.eigenvalues).max())


def nearest(
    x: np.ndarray, points: tuple[CriticalPoint, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The position of the nearest critical point, -1 if there is none; its distance."""
    which, distance = np.full(len(x), -1), np.full(len(x), np.inf)
    for k, critical in enumerate(points):
        away = norm(x - critical.point)
        closer = away < distance
        which[closer], distance[closer] = k, away[closer]
    return which, distance


def near(window: Window, critical: CriticalPoint) -> tuple[np.ndarray, ...]:
    """Which runs are at the point, which in its band, and which of both leave it.

    A vanishing gradient says nothing of where: along a flat direction it is small far
    away, and the nearest known point need not be the one it vanishes at.

    Returns:
        Three masks `(n,)`; what leaves: some direction that may descend grew over the
        window.
    """
    offset = window.x - critical.point
    distance = norm(offset).max(axis=0)
    width = band(window.eta, window.rho, size(critical))
    at_point = window.g_norm.max(axis=0) <= VANISHED * max(1, size(critical))
    at_point &= distance <= reach(critical)
    # Where the curvature is zero f may descend as well.
    down = critical.eigenvectors[:, critical.eigenvalues <= 0]
    return at_point, distance <= width, growing(offset @ down, width)


def within(window: Window, distance: np.ndarray, critical: CriticalPoint) -> np.ndarray:
    """Which runs can be near, by the distance of their mean: the largest is no less."""
    width = band(window.eta, window.rho, size(critical))
    return distance <= np.maximum(width, reach(critical)) * (1 + 1e-9)
