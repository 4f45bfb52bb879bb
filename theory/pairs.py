"""N3: functions on which two steps of one method part the most."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from theory.members import directions
from theory.regimes import ascent_factors

# A pair's common gradient against its distance: large, but its square times rounding
# must not hide the pair.
FAR = 1e3


def parting(method: str, rho: float, f: Landscape, pair: Any) -> np.ndarray:
    r"""$(D, q)$ of two points: a step takes their difference D to $D - \eta q$."""
    d, _ = directions(method, np.full(2, rho), f, np.asarray(pair, dtype=float))
    return np.stack([pair[1] - pair[0], d[1] - d[0]])


def apart(method: str, rho: float, f: Landscape, pair: Any, eta: Any) -> np.ndarray:
    r"""$\|D - \eta q\|/\|D\|$ of `parting`, eta `(...)`."""
    D, q = parting(method, rho, f, pair)
    eta = np.asarray(eta, dtype=float)
    square = 1 + (eta**2 * (q @ q) - 2 * eta * (D @ q)) / (D @ D)
    return np.sqrt(np.maximum(square, 0))


def usam_pair(eta: float, mu: float, rho: float) -> Interpolant:
    r"""Two USAM steps part by `pair_factors.usam_pair_factor`; $\mu \ge 0$, beta = 1.

    The pair is the first two points, D = (1, 0, 0). Its common gradient is long and at
    right angles to everything else, which keeps the pair and its ascent points out of
    each other's reach, and $y = D + \rho u$ and z are the extreme ones of their balls.
    """
    a, b = (float(part) for part in ascent_factors(mu, 1.0, rho))
    y = _extreme(eta, mu, a, b)
    away = 1 - eta * (1 + mu) * y / 2
    z = (1 + mu) * y / 2 - (1 - mu) * abs(y) / 2 * away / abs(away)
    g = np.array([0, 0, FAR])
    # The middle of T1's ball: as slack as can be.
    return _pair(_space(1), _space((y - 1) / rho), _space(z), g, (a + b) / 2, mu, rho)


def _extreme(eta: float, mu: float, a: float, b: float) -> complex:
    """Of the circle with diameter [a, b] the point that parts the pair the most."""
    c, r = (a + b) / 2, (b - a) / 2

    def reach(y: complex) -> float:
        return abs(1 - eta * (1 + mu) * y / 2) + eta * (1 - mu) * abs(y) / 2

    e = 2 / (eta * (1 + mu)) - c
    steep, flat = (1 + mu) ** 2 * e, (1 - mu) ** 2 * c
    turn = flat * c * (e**2 + r**2) - steep * e * (c**2 + r**2)
    size = 2 * c * e * r * (steep + flat)
    found = [complex(a), complex(b)]
    if e > 0 and abs(turn) <= size:
        cos = turn / size
        found += [c + r * complex(cos, math.sqrt(1 - cos**2))]
    return max(found, key=reach)


def _space(number: complex) -> np.ndarray:
    """A vector of the first two axes."""
    return np.array([np.real(number), np.imag(number), 0.0])


def ssam_pair(mu: float, rho: float, far: float = FAR) -> tuple[Interpolant, float]:
    r"""Two SSAM steps part at every learning rate, if the second number is < 0.

    Where the common gradient $g = F e_1$ is long and $g' = cg$, the steps differ by
    $\eta q$, $q \to (u_1, z_2/c)$ as F grows: of the gradients' difference at the
    points the part along g, of that at the ascent points the part across. With D
    oblique these may both oppose it. $\|D - \eta q\| > 1$ for every $\eta > 0$ if
    $\langle D, q\rangle \le 0$.

    Args:
        mu: least curvature, in (0, 1); beta = 1.
        rho: radius.
        far: F.

    Returns:
        The function, the pair being its first two points at distance 1, and the limit
        of $\langle D, q\rangle$.
    """
    a, b = (float(part) for part in ascent_factors(mu, 1.0, rho))
    c = a + (b - a) / 8  # small, but inside T1's ball
    phi, psi = (np.linspace(0, 2 * np.pi, 361)[i] for i in np.ogrid[:361, :361])
    D = np.exp(1j * phi)
    u = (1 + mu) / 2 * D + (1 - mu) / 2 * np.exp(1j * psi)
    y = D + rho * u
    z = (1 + mu) / 2 * y - (1 - mu) / 2 * abs(y) * 1j * np.sign(np.sin(phi))
    inner = D.real * u.real + D.imag * z.imag / c
    at = np.unravel_index(inner.argmin(), inner.shape)
    D, u, z = (_space(part[at]) for part in np.broadcast_arrays(D, u, z))
    f = _pair(D[:2], u[:2], z[:2], np.array([far, 0]), c, mu, rho)
    return f, float(inner[at])


def _pair(D: Any, u: Any, z: Any, g: Any, c: float, mu: float, rho: float):
    """Points 0, D, then their ascent points; gradients g, g + u, c g, c g + z."""
    points = [0 * D, D, rho * g, D + rho * (g + u)]
    gradients = [g, g + u, c * g, c * g + z]

    def rise(i: int, j: int) -> float:
        """f_j - f_i, the least that their inequality allows."""
        dx = points[j] - points[i]
        dg = gradients[j] - gradients[i] - mu * dx
        shifted = (gradients[i] - mu * points[i]) @ dx + dg @ dg / 2 / (1 - mu)
        return shifted + mu * (points[j] @ points[j] - points[i] @ points[i]) / 2

    # Midway between the least and the most that the inequalities of 0 and 2 allow.
    top = (1 + c) * rho * (g @ g) / 2
    values = [0.0, rise(0, 1), top, top + rise(2, 3)]
    # Rounding of values of size far^2 (b + 1).
    return Interpolant(points, gradients, values, mu, 1.0, "pair", tolerance=1e-11)
