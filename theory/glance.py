"""Verdicts that the extremes of a window settle already."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from theory.limit_points import AT, LARGEST, VANISHED
from theory.listed_points import reach, size
from theory.verdict import Verdict, band
from theory.watch import Watch

UNCLEAR = -1
# By so much the squares compared must differ: what rounds otherwise in `classify`
# decides nothing here.
LESS, MORE = 1 - 1e-5, 1 + 1e-5


def glance(
    watch: Watch, eta: np.ndarray, rho: np.ndarray, landscape: Landscape
) -> tuple[np.ndarray, np.ndarray]:
    r"""What `classify` would say, as far as the box of a window implies it.

    A run whose box lies within a minimum's reach, or band, is at it, or in its band;
    one whose box sticks out of every listed point's, and which neither comes back to
    where the window began (no period) nor stays within `AT` (no rest), is undecided,
    unless it may be in the band of a point that is not listed: not at a radius of 0.

    Args:
        watch: of n runs that did not leave.
        eta: learning rates, `(n,)`.
        rho: radii, 0 where they are no length.
        landscape: the one they ran on.

    Returns:
        `Verdict` values or `UNCLEAR`, and the nearest listed point's position; both
        `(n,)`.
    """
    low, high = columns(watch.low), columns(watch.high)
    back, g_low, g_high, d_high = (
        np.asarray(v, dtype=float).reshape(-1)
        for v in (watch.back, watch.g_low, watch.g_high, watch.d_high)
    )
    sides = [b - a for a, b in zip(low, high, strict=True)]
    points = landscape.critical_points
    scales = [max(1.0, size(critical)) for critical in points]
    # No amplitude is larger than the diagonal, or smaller than half of a side.
    open_ = back > 1e-12 * MORE * sum(side * side for side in sides)
    open_ &= np.maximum.reduce(sides) > 2 * AT * MORE
    open_ &= d_high > MORE * (VANISHED * max(scales, default=1.0)) ** 2
    if landscape.dim <= LARGEST:
        open_ &= rho == 0
    codes = np.full(len(eta), UNCLEAR, np.int16)
    nearest = np.full(len(eta), -1, np.int16)
    for k, (critical, scale) in enumerate(zip(points, scales, strict=True)):
        width = band(eta, rho, size(critical))
        farthest = sum(
            np.maximum(b - c, c - a) ** 2
            for a, b, c in zip(low, high, critical.point, strict=True)
        )
        zone = np.maximum(width, reach(critical)) * MORE
        outside = np.zeros(len(eta), dtype=bool)
        for a, b, c in zip(low, high, critical.point, strict=True):
            outside |= (b > c + zone) | (a < c - zone)
        open_ &= outside
        if critical not in landscape.minima:
            continue
        # Then this is the point nearest to their mean.
        near = farthest < LESS * (_gap(critical, points) / 2) ** 2
        vanished = (VANISHED * scale) ** 2
        at_point = farthest <= LESS * reach(critical) ** 2
        at_point &= near & (g_high <= LESS * vanished)
        in_band = near & (farthest <= LESS * width**2) & (g_high > MORE * vanished)
        in_band &= (d_high > MORE * vanished) | (g_low < LESS * 1e6 * vanished)
        # A degenerate one may be one of many: then the Hessian where they are tells.
        in_band &= not critical.nullity
        codes[at_point], codes[in_band] = Verdict.CONVERGED, Verdict.BAND
        nearest[at_point | in_band] = k
    codes[open_] = Verdict.UNDECIDED
    return codes, nearest


def columns(x: Any) -> list[np.ndarray]:
    """The coordinates of flattened points, each `(n,)`."""
    parts = x.parts if isinstance(x, Components) else x.T
    return [np.asarray(part, dtype=float) for part in parts]


def _gap(critical: CriticalPoint, points: tuple[CriticalPoint, ...]) -> float:
    """The distance to the nearest other listed point."""
    others = (c.point for c in points if c is not critical)
    return min((np.linalg.norm(critical.point - p) for p in others), default=np.inf)
