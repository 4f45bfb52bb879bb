r"""N3: two steps part the most where the gradient they share is long.

The supremum over the class is approached, not attained, as the common gradient grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from theory.gram.data import Data
from theory.gram.heights import heights
from theory.method import Method
from theory.regimes import ascent_factors

# Lengths of the common gradient (over beta) beside the pair's distance 1. Their squares
# are the size of the values, which rounding is a share of.
FAR = (1e2, 1e3, 1e4)
# The shared gradients keep this many distances within T1's ball, for the pair's sake.
ROOM = (1.0, 4.0, 16.0, 64.0)
# Every ball is a little smaller, so that the data obey the class strictly.
ROUNDING = 1e-13  # a gain of less is none
INSIDE = 1 - 1e-6


def linear(method: Method, parted: Data, mu: float, beta: float) -> Iterator[Data]:
    """Two trajectories of a linear step, from the points' and gradients' differences.

    The first is that of a parabola of the middle curvature along the last axis,
    further and further out: there the two are free of each other's inequalities.

    Args:
        method: whose step it is.
        parted: the differences.
        mu: least curvature.
        beta: largest curvature.

    Yields:
        Data whose first and middle points are the pair.
    """
    middle, seen = (mu + beta) / 2, []

    def gradient(x: np.ndarray) -> np.ndarray:
        if x.item() not in seen:
            seen.append(x.item())
        return middle * x

    start = np.ones(1)
    method.direction(start, method.init(start), gradient)
    axis = np.eye(parted.points.shape[1])[-1]
    for far in (0.0, *FAR):
        x = far * np.multiply.outer(seen, axis)
        g = middle * x
        points, gradients = [*x, *(x + parted.points)], [*g, *(g + parted.gradients)]
        yield from _valued(points, gradients, mu, beta)


def rescaled(eta: float, mu: float, beta: float, rho: float) -> Iterator[Data]:
    r"""Two SSAM steps, for longer and longer common gradients; in the plane.

    With the common gradient $Fe$ and $cFe'$ at the ascent points, $|e| = |e'| = 1$,
    the steps' difference is $D - \eta q$, $q \to \langle e, u\rangle e' + z_\perp/c$
    as F grows: u, of the points, counts along e, and z, of the ascent points, across
    e', the first axis.

    Args:
        eta: learning rate.
        mu: least curvature, >= 0.
        beta: largest curvature.
        rho: radius.

    Yields:
        Data whose first and middle points are the pair.
    """
    low, eta, rho = mu / beta, eta * beta, rho * beta
    for far in FAR:
        for room in ROOM:
            g, ahead, D, u, z = _widest(eta, low, rho, 1 - room / far)
            g, ahead = far * g, far * ahead
            points = [0 * D, rho * g, D, D + rho * (g + u)]
            gradients = [beta * part for part in (g, ahead, g + u, ahead + z)]
            found = list(_valued(_plane(points), _plane(gradients), mu, beta))
            if found:
                yield from found
                break


def _valued(points: Any, gradients: Any, mu: float, beta: float) -> Iterator[Data]:
    points, gradients = np.array(points), np.array(gradients)
    values = heights(points, gradients, mu, beta)
    if values is not None:
        yield Data(points, gradients, values)


def _plane(numbers: list) -> np.ndarray:
    return np.array([[np.real(part), np.imag(part)] for part in numbers])


def _parted(angles: Any, side: Any, mu: float, rho: float, share: float) -> tuple:
    """e, c, D, u, z as complex numbers, beta = 1; e' is 1."""
    phi, psi, tau = angles
    a, b = ascent_factors(mu, 1.0, rho)
    turned = (a + b) / 2 + share * (b - a) / 2 * np.exp(1j * tau)  # g'/g
    e, c = np.abs(turned) / turned, np.abs(turned)
    D, reach = np.exp(1j * phi), INSIDE * (1 - mu) / 2
    u = (1 + mu) / 2 * D + reach * np.exp(1j * psi)
    y = D + rho * u
    return e, c, D, u, (1 + mu) / 2 * y + side * reach * np.abs(y) * 1j


def _widest(eta: float, mu: float, rho: float, share: float) -> tuple:
    """Of the angles of D, u and g' those that part the pair the most."""

    def apart(angles: Any, side: Any) -> np.ndarray:
        e, c, D, u, z = _parted(angles, side, mu, rho, share)
        q = (np.conj(e) * u).real + 1j * z.imag / c
        return np.abs(D - eta * q)

    turns = [np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (36, 36, 12)]
    tried = apart(np.ix_(*turns), 1.0)  # the other side is its mirror image
    at = np.unravel_index(tried.argmax(), tried.shape)
    angles = np.array([turn[i] for turn, i in zip(turns, at, strict=True)])
    offsets, width = np.stack(np.meshgrid(*3 * [[-1, 0, 1]])).reshape(3, -1), 0.3
    while width > 1e-8:
        near = angles[:, None] + width * offsets
        found = apart(near, 1.0)
        if found.max() <= apart(angles, 1.0) * (1 + ROUNDING):
            width *= 0.6
        else:
            angles = near[:, found.argmax()]
    e, c, D, u, z = _parted(angles, 1.0, mu, rho, share)
    return e, c, D, u, z
