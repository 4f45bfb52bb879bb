"""Limit points that the landscape lists: being at one, in its band, leaving it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from theory.limit_points import AT, VANISHED
from theory.window import Window, band, growing, norm, pushed


@dataclass(frozen=True, eq=False)
class Listed:
    """What is told of runs by the critical points listed; all `(n,)`.

    Args:
        converged: at a minimum.
        band: in the band of a nondegenerate minimum.
        stalled: at another critical point or in its band, and not leaving.
        open: at no listed point, or about a degenerate minimum: it may be one of many,
            so what a run does there is told by the Hessian where it is.
        named: open, but in the band of the nearest.
        nearest: position of the nearest critical point, -1 if there is none.
        scale: its largest curvature, at least 1.
    """

    converged: np.ndarray
    band: np.ndarray
    stalled: np.ndarray
    open: np.ndarray
    named: np.ndarray
    nearest: np.ndarray
    scale: np.ndarray


def judge(window: Window, landscape: Landscape, mean: np.ndarray) -> Listed:
    """Every run beside the critical point nearest to its mean, `(n, d)`."""
    which, distance = nearest(mean, landscape.critical_points)
    masks = (np.zeros(len(mean), dtype=bool) for _ in range(5))
    found = Listed(*masks, which, np.ones(len(mean)))
    found.open[:] = True
    for k, critical in enumerate(landscape.critical_points):
        here = which == k
        found.scale[here] = max(1, size(critical))
        zone = listed_band(window.eta, window.rho, critical, landscape)
        # The largest distance is no less than the mean's.
        can = distance <= np.maximum(zone, reach(critical)) * (1 + 1e-9)
        rows = np.flatnonzero(here & can)
        if not rows.size:
            continue
        part = window.of(rows)
        at_point, in_band, leaving = near(part, critical, zone[rows])
        if critical not in landscape.minima:
            found.stalled[rows] = (at_point | in_band) & ~leaving
        else:
            # Elsewhere what does not grow is held; at a minimum it may be on its way.
            in_band &= pushed(part.push, part.rho, critical.eigenvalues)
            if critical.nullity:
                found.named[rows], in_band = in_band, np.zeros_like(in_band)
            found.converged[rows], found.band[rows] = at_point, in_band & ~at_point
        found.open[rows] = ~(at_point | in_band)
    return found


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


def gap(critical: CriticalPoint, points: tuple[CriticalPoint, ...]) -> float:
    """The distance to the nearest other critical point listed."""
    others = (c.point for c in points if c is not critical)
    return min((np.linalg.norm(critical.point - p) for p in others), default=np.inf)


def listed_band(
    eta: np.ndarray, rho: np.ndarray, critical: CriticalPoint, landscape: Landscape
) -> np.ndarray:
    """Half-width of its band, at most half-way to the next critical point, `(n,)`.

    What moves farther than that moves about more than this point.
    """
    half = gap(critical, landscape.critical_points) / 2
    return np.minimum(band(eta, rho, critical.eigenvalues), half)


def near(
    window: Window, critical: CriticalPoint, width: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Which runs are at the point, which in its band, and which of both leave it.

    A vanishing gradient says nothing of where: along a flat direction it is small far
    away, and the nearest known point need not be the one it vanishes at.

    Args:
        window: of n runs.
        critical: the point.
        width: of its band, `(n,)`.

    Returns:
        Three masks `(n,)`; what leaves: some direction that may descend grew over the
        window.
    """
    offset = window.x - critical.point
    distance = norm(offset).max(axis=0)
    at_point = window.g_norm.max(axis=0) <= VANISHED * max(1, size(critical))
    at_point &= distance <= reach(critical)
    # Where the curvature is zero f may descend as well.
    down = critical.eigenvectors[:, critical.eigenvalues <= 0]
    return at_point, distance <= width, growing(offset @ down, width)
