"""Functions on which the limits of T3 and T14 are met, to run and to plot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from landscapes.ssam_cycle import ssam_cycle
from theory.bisect import bisect
from theory.interval import Interval
from theory.members import directions

# N1, N2: found by local search, then rounded to decimals that obey all inequalities:
# of (method, mu, rho, eta) the gradients at w = (1, 0) and its ascent point, and the
# values there; the minimiser is 0 with value 0, beta = 1.
SEARCHED = {
    ("usam", 0.1, 4.0, 0.38): (0.50546, 0.44773, 1.17094, 2.30261, 0.25273, 4.12073),
    ("usam", 0.1, 2.0, 0.6): (0.2151, -0.30048, 0.32769, -0.78263, 0.10755, 0.50965),
    ("usam", 0.05, 3.0, 0.45): (0.36211, 0.44613, 0.57734, 1.56844, 0.18105, 1.84571),
    ("usam", 0.2, 6.0, 0.26): (0.53849, 0.39512, 1.73153, 3.00937, 0.26925, 7.60123),
    ("ssam", 0.1, 1.0, 0.5): (0.11072, -0.09707, 0.1322, -0.20269, 0.05536, 0.08335),
    ("ssam", 0.1, 1.0, 1.0): (0.11427, -0.11193, 0.13965, -0.23407, 0.05713, 0.091),
    ("ssam", 0.1, 1.0, 1.5): (0.12324, -0.14235, 0.15849, -0.29819, 0.06162, 0.11033),
    ("ssam", 0.1, 1.0, 1.7): (0.62631, 0.44336, 0.83176, 0.80304, 0.31315, 0.99806),
    ("ssam", 0.3, 2.0, 1.0): (0.34975, -0.17963, 0.65873, -0.64648, 0.17488, 0.676),
}


def extremal(
    method: str, mu: float, beta: float, rho: float
) -> tuple[Landscape, np.ndarray]:
    r"""T3: the function, and the point, on which the descent limit is met.

    Args:
        method: `gd`, `usam` or `ssam`.
        mu: least curvature, $1 + \rho\mu > 0$.
        beta: largest curvature.
        rho: radius.
    """
    if method == "ssam":
        f = ssam_cycle(rho, mu, beta)
        return f, f.points[0]
    return Quadratic(np.array([beta])), np.ones(1)


def descent(method: str, mu: float, beta: float, rho: Any) -> Interval:
    """T3: the learning rate, bisected, above which `extremal` rises; rho `(n,)`."""
    made = [extremal(method, mu, beta, r) for r in rho]
    moves = [directions(method, r, *one)[0] for r, one in zip(rho, made, strict=True)]

    def falls(eta: np.ndarray) -> np.ndarray:
        runs = zip(eta, made, moves, strict=True)
        return np.array([f.value(x - e * d) <= f.value(x) for e, (f, x), d in runs])

    b = 1 + np.asarray(rho) * beta
    return bisect(falls, 0.04 / (beta * b), 8 / beta * np.ones_like(b), 1e-9)


def fejer(rho: float, share: float, angle: float = 1e-3) -> Interpolant:
    r"""T14, only if: a step leads away from the minimiser 0 just above the limit.

    beta = 1 and s = rho. With $t = 1/2$ the least such rate is USAM's limit and
    $(1+s)(1-\cos\theta)$ more, for s > 1; with $t = 1/\sqrt{1+s}$ it is SSAM's and
    twice that more. The points are 0, w and its ascent point: `fejer_data`.

    Args:
        rho: radius.
        share: $t = \|g\|/\|g'\|$, above $1/(1+s)$.
        angle: $\theta$, small.
    """
    data = fejer_data(rho, share, math.cos(angle), math.sin(angle))
    return Interpolant(*(np.array(p, dtype=float) for p in data), 0.0, 1.0, "fejer")


def fejer_data(s: Any, t: Any, cos: Any, sin: Any) -> tuple[list, list, list]:
    r"""Points, gradients and values of `fejer`, of the numbers' own kind.

    $g' = (1, 0)$, $g = t(\cos\theta, \sin\theta)$; the three inequalities of T14's
    proof are equalities, which fixes the values and $\langle w, g'\rangle = p =
    1 + (1+s)(t^2 - t\cos\theta)$; and w lies so far aside that $\langle w, g\rangle
    = \|g\|^2$. The step leads away iff $\eta\|d\|^2 > 2\langle w, d\rangle$: for USAM
    iff $\eta > 2p$, for SSAM iff $\eta > 2p/t$.
    """
    along = 1 + (1 + s) * (t * t - t * cos)
    w = [along, (t - along * cos) / sin]
    value = t * t / 2
    top = value + s * t * t + (t * t + 1 - 2 * t * cos) / 2
    points = [[0, 0], w, [w[0] + s * t * cos, w[1] + s * t * sin]]
    return points, [[0, 0], [t * cos, t * sin], [1, 0]], [0, value, top]


def nearing(method: str, rho: Any, angle: float = 1e-3) -> Interval:
    """T14: the rate, bisected, above which a step leads away from 0; beta = 1.

    USAM's up to s = 1 on a quadratic, else on `fejer`; rho `(n,)`.
    """
    moves = []
    for r in rho:
        f, x = fejer_extremal(method, r, angle)
        moves.append((x, directions(method, r, f, x)[0]))

    def nearer(eta: np.ndarray) -> np.ndarray:
        # Not |x - eta d| <= |x|: x is long, and the difference would be rounded away.
        runs = zip(eta, moves, strict=True)
        return np.array([e * (d @ d) <= 2 * (x @ d) for e, (x, d) in runs])

    return bisect(nearer, np.full(len(moves), 1e-4), np.full(len(moves), 4.0), 1e-9)


def fejer_extremal(
    method: str, rho: float, angle: float = 1e-3
) -> tuple[Landscape, np.ndarray]:
    """T14: the function, of minimiser 0, and the point that meet the limit."""
    if method == "usam" and rho <= 1:
        return Quadratic(np.ones(1)), np.ones(1)
    f = fejer(rho, 0.5 if method == "usam" else 1 / math.sqrt(1 + rho), angle)
    return f, f.points[1]


def searched(method: str, mu: float, rho: float, eta: float) -> Interpolant:
    """N1, N2: the function of `SEARCHED`; its second point is the start."""
    g1, g2, h1, h2, value, top = SEARCHED[method, mu, rho, eta]
    points = [[0, 0], [1, 0], [1 + rho * g1, rho * g2]]
    gradients = [[0, 0], [g1, g2], [h1, h2]]
    data = (np.array(p, dtype=float) for p in (points, gradients, [0, value, top]))
    return Interpolant(*data, mu, 1.0, "searched")
