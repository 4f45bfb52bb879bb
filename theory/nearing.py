"""N1, T14, mu > 0: functions on which a step leads farther from the minimiser 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from theory import fejer, members, usam_distance
from theory.bisect import bisect
from theory.interval import Interval


def turned(mu: float, rho: float, angle: float) -> Interpolant:
    r"""`usam_distance.bent` at an angle $\theta$; beta = 1."""
    return usam_distance.bent(mu, rho, float(np.cos(angle)))


def ahead(method: str, rho: float, f: Landscape, x: Any) -> tuple[float, float]:
    r"""$\langle x, d\rangle$ and $\|d\|^2$ of a step from x, in units of $\|x\|^2$."""
    x = np.asarray(x, dtype=float)
    d, _ = members.directions(method, np.array([rho]), f, x[None])
    return float(x @ d[0] / (x @ x)), float(d[0] @ d[0] / (x @ x))


def threshold(method: str, rho: float, f: Landscape, x: Any) -> float:
    r"""The rate above which a step from x leads away from 0, <= 0: every rate does."""
    along, square = ahead(method, rho, f, x)
    return 2 * along / square


def usam_edge(mu: float, rho: float) -> float:
    r"""N1: the least `threshold` of USAM on a parabola and on all `turned`; >= 0."""
    straight = threshold("usam", rho, Quadratic(np.ones(1)), np.ones(1))
    if rho * (1 - mu) <= 1:
        return straight

    def away(angle: float) -> float:
        f = turned(mu, rho, angle)
        return threshold("usam", rho, f, f.points[1])

    options = {"xatol": 1e-6}
    found = minimize_scalar(
        away, bounds=(1e-3, np.pi - 1e-3), method="bounded", options=options
    )
    return max(min(straight, found.fun), 0.0)


def ssam_edge(mu: float, rho: float) -> float:
    """T14: the `threshold` of SSAM on `fejer.ssam_fejer_worst`."""
    f = fejer.ssam_fejer_worst(mu, rho)
    return threshold("ssam", rho, f, f.points[1])


def usam_factor(eta: float, mu: float, rho: float) -> float:
    r"""N1: $\|w^+\|/\|w\|$ on the worst function of that rate; beta = 1."""
    cos = float(usam_distance.worst_cosine(eta, mu, 1.0, rho))
    if abs(cos) == 1:
        f, x = Quadratic(np.array([mu if cos < 0 else 1.0])), np.ones(1)
    else:
        f = usam_distance.bent(mu, rho, cos)
        x = f.points[1]
    along, square = ahead("usam", rho, f, x)
    return float(np.sqrt(max(1 - 2 * eta * along + eta**2 * square, 0.0)))


def departures(mu: float, rho: float) -> np.ndarray:
    r"""N1: the rates at which its functions begin and cease to exceed quadratics.

    At angles near $\pi$ and near 0, where these are the parabolas of mu and beta.
    """
    rates = []
    for angle, lam in ((np.pi - 0.01, mu), (0.01, 1.0)):
        f, own = turned(mu, rho, angle), lam * (1 + rho * lam)
        along, square = ahead("usam", rho, f, f.points[1])
        rates.append(2 * (along - own) / (square - own**2))
    return np.array(rates)


def bend(kappa: float) -> Interval:
    """N1: the s, bisected, above which its functions leave quadratics' edge."""

    def leaves(s: float) -> bool:
        f = turned(1 / kappa, float(s), 0.01)
        rate = threshold("usam", float(s), f, f.points[1])
        return rate >= 2 / (1 + float(s))

    low = 1 / (1 - 1 / kappa) + 1e-6
    return bisect(leaves, low, 60.0, 1e-6)


def end(kappa: float) -> Interval:
    """N1: the s, bisected, above which some step leads away at every learning rate."""

    def some(s: float) -> bool:
        a, s = 1 + float(s) / kappa, float(s)
        f = usam_distance.bent(1 / kappa, s, -(a + s) / (2 * (s - a)))
        return ahead("usam", s, f, f.points[1])[0] > 0

    low = 3 / (1 - 3 / kappa) + 1e-6  # there the angle is pi
    return bisect(some, low, 60.0, 1e-9)


def best_rate(mu: float, rho: float) -> float:
    """N1: the learning rate at which steps on the worst functions are the shortest."""
    high = float(usam_distance.distance_limit(mu, 1.0, rho))
    found = minimize_scalar(
        lambda eta: usam_factor(eta, mu, rho),
        bounds=(0, high),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return found.x
