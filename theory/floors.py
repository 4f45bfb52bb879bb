"""Bands about critical points that no landscape lists: a floor of minima, a saddle."""

from __future__ import annotations

import numpy as np

from landscapes.landscape import Landscape
from theory.limit_points import VANISHED
from theory.window import Window, band, growing, norm, pushed

PARTS = 4  # of a window, each beside the floor that is under it
NEWTON = 20  # steps from the mean of a part to the floor
STIFF = 1e-3  # share of the largest curvature below which Newton's step is damped


def in_band(window: Window, landscape: Landscape) -> tuple[np.ndarray, ...]:
    r"""Which runs stay in the band of a minimum or floor of minima, which of a saddle.

    Every quarter of the window lies beside a critical point of its own, found from its
    mean by Newton's method: across (along curved directions) within T5's band of it
    (`band`, at the largest curvature there), no step longer than the band is wide. So
    a cycle on a slope is in no band: under its mean there is no critical point.

    Minima: no negative eigenvalue at any of the four. Along their floor a run may
    drift: SAM does, by about $\eta\rho^2$ a step (L18), without end and without leaving
    the band, over points each of which is a minimum. What only passes through the band
    (SSAM-N) is not kept there: `window.pushed`. Saddles: the whole window in the first
    point's band, and nothing grows along which f may fall, no drift either: it may lead
    to where the saddle lets go. A cycle about a minimum whose Hessian
    vanishes has no such band: it is a cycle.

    Returns:
        Three masks `(n,)`; the last: beside a saddle, but undecided, not a cycle.
    """
    minimum, saddle, leaving = np.zeros((3, len(window.eta)), dtype=bool)
    rows, push = np.flatnonzero(window.rho > 0), window.push
    for k in range(PARTS):
        part = slice(*(len(window.x) * i // PARTS for i in (k, k + 1)))
        if not rows.size:
            break
        inside, *found = _beside(window.of(rows).part(part), landscape)
        lowest = (found[1] >= 0).all(axis=-1)
        if k == 0:
            other = inside & ~lowest
            beside = rows[other]
            saddle[beside] = _stays(window.of(beside), *_of(other, *found))
            leaving[beside] = ~saddle[beside]
        kept = pushed(push[rows], window.rho[rows], found[1])
        rows = rows[inside & lowest & kept]
    minimum[rows] = True
    return minimum, saddle, leaving


def _of(chosen: np.ndarray, *values: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(value[chosen] for value in values)


def _stays(
    window: Window, point: np.ndarray, lam: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """Whether runs stay in the band about a critical point, nothing growing there."""
    width = band(window.eta, window.rho, lam)
    offset = window.x - point
    down = np.einsum("wni,nij->wnj", offset, v) * (lam <= 0)
    return (norm(offset).max(axis=0) <= width) & ~growing(down, width)


def _beside(part: Window, landscape: Landscape) -> tuple[np.ndarray, ...]:
    """Whether runs lie in the band of a critical point near their mean; it, its H."""
    point, lam, v, found = _floor(part, landscape)
    offset = np.einsum("wni,nij->wnj", part.x - point, v) * (lam != 0)
    across, step = norm(offset).max(axis=0), norm(np.diff(part.x, axis=0)).max(axis=0)
    width = band(part.eta, part.rho, lam)
    return found & (across <= width) & (step <= 2 * width), point, lam, v


def _floor(part: Window, landscape: Landscape) -> tuple[np.ndarray, ...]:
    """Critical points by Newton's method from the means: point, spectrum, if found.

    Steps along directions much flatter than the stiffest are damped: along a floor
    there is no way to go. A run that is led out of the band's reach is given up.
    """
    mean = part.x.mean(axis=0)
    point, (lam, v) = mean.copy(), landscape.curvatures(mean)
    found, open_ = np.zeros(len(mean), dtype=bool), np.arange(len(mean))
    for _ in range(NEWTON):
        g = landscape.gradient(point[open_])
        here, u = lam[open_], v[open_]
        size = np.abs(here).max(axis=-1)
        width = band(part.eta[open_], part.rho[open_], here)
        near = norm(point[open_] - mean[open_]) <= width
        there = norm(g) <= 1e-3 * VANISHED * np.maximum(1, size)
        found[open_] = near & there
        stiff = np.maximum(np.abs(here), STIFF * size[:, None])
        move = np.einsum("ni,nij->nj", g, u) / np.where(here < 0, -stiff, stiff)
        # The last step of all: growth about a saddle is seen to rounding.
        point[open_[near]] -= np.einsum("nj,nij->ni", *_of(near, move, u))
        open_ = open_[near & ~there]
        if not open_.size:
            break
        lam[open_], v[open_] = landscape.curvatures(point[open_])
    return point, lam, v, found
