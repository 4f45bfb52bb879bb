"""Verdicts that the extremes of a window settle already."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape
from theory.limit_points import AT, LARGEST, VANISHED
from theory.listed_points import gap, listed_band, reach, size
from theory.verdict import Verdict
from theory.watch import Watch
from theory.window import pushed

UNCLEAR = -1
SMALL = 8  # dimensions up to which Hessians are looked at
# By so much the squares compared must differ: what rounds otherwise in `classify`
# decides nothing here.
LESS, MORE = 1 - 1e-5, 1 + 1e-5


def glance(
    watch: Watch, steps: int, eta: np.ndarray, rho: np.ndarray, landscape: Landscape
) -> tuple[np.ndarray, np.ndarray]:
    r"""What `classify` would say, as far as the box of a window implies it.

    A run whose box lies within a minimum's reach, or band, is at it, or in its band.
    One whose box sticks out of every listed point's is undecided if it has no period
    (it never comes back to where the window began), is not at rest (it moves by more
    than `AT`, or its gradient has not vanished) and cannot be in the band of a point
    that is not listed, having a radius of 0.

    Args:
        watch: of n runs that did not leave.
        steps: how many it saw.
        eta: learning rates, `(n,)`.
        rho: radii, 0 where they are no length.
        landscape: the one they ran on.

    Returns:
        `Verdict` values or `UNCLEAR`, and the nearest listed point's position; both
        `(n,)`.
    """
    low, high = columns(watch.low), columns(watch.high)
    back, g_low, g_high, d_high, push = (
        np.asarray(v, dtype=float).reshape(-1)
        for v in (watch.back, watch.g_low, watch.g_high, watch.d_high, watch.push)
    )
    sides = [b - a for a, b in zip(low, high, strict=True)]
    points = landscape.critical_points
    scales = [max(1.0, size(critical)) for critical in points]
    # No amplitude is larger than the diagonal, or smaller than half of a side.
    open_ = back > 1e-12 * MORE * sum(side * side for side in sides)
    open_ &= _moves(np.maximum.reduce(sides), g_high, watch, landscape)
    open_ &= d_high > MORE * (VANISHED * max(scales, default=1.0)) ** 2
    if landscape.dim <= LARGEST:
        open_ &= rho == 0
    codes = np.full(len(eta), UNCLEAR, np.int16)
    nearest = np.full(len(eta), -1, np.int16)
    for k, (critical, scale) in enumerate(zip(points, scales, strict=True)):
        width = listed_band(eta, rho, critical, landscape)
        farthest = sum(
            np.maximum(b - c, c - a) ** 2
            for a, b, c in zip(low, high, critical.point, strict=True)
        )
        vanished = (VANISHED * scale) ** 2
        steep = g_high > MORE * vanished
        zone = np.where(steep, width, np.maximum(width, reach(critical))) * MORE
        outside = np.zeros(len(eta), dtype=bool)
        for a, b, c in zip(low, high, critical.point, strict=True):
            outside |= (b > c + zone) | (a < c - zone)
        open_ &= outside
        if critical not in landscape.minima:
            continue
        # Then this is the point nearest to their mean.
        near = farthest < LESS * (gap(critical, points) / 2) ** 2
        at_point = farthest <= LESS * reach(critical) ** 2
        at_point &= near & (g_high <= LESS * vanished)
        in_band = near & (farthest <= LESS * width**2) & steep
        in_band &= (d_high > MORE * vanished) | (g_low < LESS * 1e6 * vanished)
        in_band &= pushed(LESS * push / steps, rho, critical.eigenvalues)
        # A degenerate one may be one of many: then the Hessian where they are tells.
        in_band &= not critical.nullity
        codes[at_point], codes[in_band] = Verdict.CONVERGED, Verdict.BAND
        nearest[at_point | in_band] = k
    codes[open_] = Verdict.UNDECIDED
    return codes, nearest


def _moves(
    side: np.ndarray, g_high: np.ndarray, watch: Watch, landscape: Landscape
) -> np.ndarray:
    """Whether runs moved by more than `AT`, or on gradients that did not vanish.

    Beside the largest curvature where they are, which is at most the Hessian's norm.
    """
    moves = side > 2 * AT * MORE
    rows = np.flatnonzero(~moves)
    if rows.size and landscape.dim <= SMALL:
        x = np.stack(columns(watch.last), axis=-1)[rows]
        square = np.maximum(1, (landscape.hessian(x) ** 2).sum((-2, -1)))
        moves[rows] = g_high[rows] > MORE * VANISHED**2 * square
    return moves


def may_be_final(watch: Watch, landscape: Landscape) -> np.ndarray:
    """Whether runs may have converged to a point: at a listed one, or at rest."""
    low, high = columns(watch.low), columns(watch.high)
    side = np.maximum.reduce([b - a for a, b in zip(low, high, strict=True)])
    scale = max((size(c) for c in landscape.critical_points), default=1.0)
    g_high = np.asarray(watch.g_high, dtype=float).reshape(-1)
    vanished = g_high <= MORE * (VANISHED * max(1.0, scale)) ** 2
    return vanished | (side <= 2 * AT * MORE)


def columns(x: Any) -> list[np.ndarray]:
    """The coordinates of flattened points, each `(n,)`."""
    parts = x.parts if isinstance(x, Components) else x.T
    return [np.asarray(part, dtype=float) for part in parts]
