r"""The most by which a step of USAM lengthens the gradient, in closed form: N4.

Curvature in $[\mu, \beta]$, $\mu \ge 0$, $\eta \le 2/(\beta b)$; beta = 1 in the
formulas, $l = 1 - \mu$, $a = 1 + \rho\mu$, $b = 1 + \rho$. Of the points 0: w, 1: its
ascent point, 2: $w^+$ the gradients are g, h, z. Where quadratics are not the worst,
functions of the plane are, with data that four inequalities meet as equalities.
Proofs: `paper_notes.md`, N4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.interpolant import Interpolant
from theory.pair_factors import usam_pair_factor
from theory.regimes import ascent_factors
from theory.validate import require

Multipliers = dict[tuple[int, int], float]
G, H, Z = np.eye(3)


@dataclass(frozen=True, eq=False)
class Bend:
    r"""A certificate $\|z\|^2 \le \tau\|g\|^2$ of rank one, and its equality.

    Args:
        square: tau.
        u: $\tau\|g\|^2 - \|z\|^2$ is the sum of slacks and of $\|u_1g+u_2h+u_3z\|^2$.
        inner: $\langle g, h\rangle$ of the data with equality, where $\|g\| = 1$.
        length: $\|h\|^2$ of these.
    """

    square: float
    u: np.ndarray
    inner: float
    length: float

    @property
    def planar(self) -> bool:
        """Whether there are such vectors."""
        return bool(self.length >= self.inner**2)


def slack(eta: float, mu: float, rho: float, i: int, j: int) -> np.ndarray:
    r"""$2l$ times T1's slack of two points, less the values, as a form in g, h, z."""
    points, gradients = (0 * G, rho * G, -eta * H), (G, H, Z)
    dx, dg = points[i] - points[j], gradients[i] - gradients[j]
    form = np.outer(dg, 2 * mu * dx - dg) - mu * np.outer(dx, dx)
    form -= 2 * (1 - mu) * np.outer(gradients[j], dx)
    return (form + form.T) / 2


def early(eta: float, mu: float, rho: float) -> Multipliers:
    """One parameter is a root of a quadratic; may hold negative numbers and NaN."""
    b, l = 1 + rho, 1 - mu  # noqa: E741
    lead = b * (1 - eta * mu) - rho * mu
    middle = 4 * (1 - eta * mu) - eta * (rho * (1 + mu) ** 2 + eta * mu * l * b)
    root = np.sqrt(middle**2 - 4 * lead * (eta * l) ** 2)
    t = 2 * (eta * l) ** 2 / (middle + root)
    s = 2 * (t * (1 - eta * mu) + eta**2 * mu) / (4 * t - (eta * l - t) ** 2)
    return {(0, 1): t * s, (1, 2): t * s, (0, 2): (1 - t) * s, (2, 0): s}


def late(eta: float, mu: float, rho: float) -> Multipliers:
    """The same with the inequality (1, 0) for (0, 2); near the end of the range."""
    a, l = 1 + rho * mu, 1 - mu  # noqa: E741
    short = 1 - eta * l
    t = (eta * (1 + mu) * (2 + rho * (1 + mu)) + rho * l - 4) / (short * (eta * a - 1))
    p = 2 * (1 + eta * mu * (eta - 1) * t) / (4 * t - (t * short) ** 2)
    return {(0, 1): p, (1, 0): (1 - t) * p, (1, 2): t * p, (2, 0): t * p}


def bend(eta: float, mu: float, rho: float) -> Bend | None:
    """The certificate, beta = 1; None where its multipliers are not nonnegative."""
    with np.errstate(all="ignore"):
        for made in (early(eta, mu, rho), late(eta, mu, rho)):
            if min(made.values()) >= 0:
                return _bend(eta, mu, rho, made)
    return None


def _bend(eta: float, mu: float, rho: float, made: Multipliers) -> Bend | None:
    forms = {pair: slack(eta, mu, rho, *pair) for pair in made}
    S = -np.outer(Z, Z) - sum(made[pair] * form for pair, form in forms.items())
    if not S[1, 1] > 0:
        return None
    u = S[1] / np.sqrt(S[1, 1])
    # With z = -(u_1 g + u_2 h) / u_3 the slacks are linear in the two inner products.
    plane = np.stack([[1, 0], [0, 1], -u[:2] / u[2]])
    other = (0, 2) if (0, 2) in made else (1, 0)
    cycles = (((0, 1), (1, 2), (2, 0)), (other, other[::-1]))
    rows = [plane.T @ sum(forms[p] for p in cycle) @ plane for cycle in cycles]
    system = [[2 * row[0, 1], row[1, 1]] for row in rows]
    inner, length = np.linalg.solve(system, [-row[0, 0] for row in rows])
    return Bend(float(u[0] ** 2 - S[0, 0]), u, float(inner), float(length))


def usam_gradient_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: the largest $\|\nabla f(w^+)\|/\|\nabla f(w)\|$ of USAM, all broadcast.

    At least this always, and at most where it is not the quadratics'
    $\max(1 - \eta\mu a, \eta\beta b - 1)$ (there numerical).
    """
    return _each(_factor, eta, mu, beta, rho)


def flat_gradient_factor(eta: Any, rho: Any) -> np.ndarray:
    r"""N4: the factor for mu = 0, beta = 1, $\eta \le \sqrt 2$, $\eta \le 2/b$.

    Its square is $1 + \rho^2t/(\rho t+(2+\rho)\eta)$, t the smaller root of
    $bt^2-(4-\rho\eta)t+\eta^2$.
    """
    b, middle = 1 + np.asarray(rho), 4 - np.multiply(rho, eta)
    t = 2 * eta**2 / (middle + np.sqrt(middle**2 - 4 * b * eta**2))
    return np.sqrt(1 + rho**2 * t / (rho * t + (2 + rho) * eta))


def usam_gradient_bound(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """N4: at least that factor: `bend`'s certificate, or the factor of pairs (N3)."""
    return _each(_bound, eta, mu, beta, rho)


def _factor(eta: float, mu: float, rho: float) -> float:
    found = bend(eta, mu, rho)
    flat = max(1 - eta * mu * (1 + rho * mu), eta * (1 + rho) - 1)
    return max(flat, found.square**0.5) if found and found.planar else flat


def _bound(eta: float, mu: float, rho: float) -> float:
    found, pairs = bend(eta, mu, rho), float(usam_pair_factor(eta, mu, 1.0, rho))
    return min(pairs, found.square**0.5) if found else pairs


def _each(of_one: Any, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    _, b = ascent_factors(mu, beta, rho)
    mu, steep = np.asarray(mu), np.multiply(eta, beta * b)
    require("mu", mu, mu >= 0, ">= 0")
    # (2/(beta b)) beta b may round to above 2.
    require(
        "eta", np.asarray(eta), (steep > 0) & (steep <= 2 + 1e-12), "in (0, 2/(beta b)]"
    )
    unit = np.multiply(eta, beta), mu / beta, np.multiply(rho, beta)
    return np.vectorize(of_one, otypes=[float])(*unit)


def gradient_function(eta: float, mu: float, rho: float) -> Interpolant | None:
    """On which a step from 0 has the factor of `bend`, beta = 1; None: no plane.

    Raises:
        ValueError: the data are those of no function of the class.
    """
    found = bend(eta, mu, rho)
    if found is None or not found.planar:
        return None
    h = np.array([found.inner, np.sqrt(found.length - found.inner**2)])
    g = np.array([1.0, 0.0])
    z = -(found.u[0] * g + found.u[1] * h) / found.u[2]
    vectors = np.stack([g, h, z])
    inner = vectors @ vectors.T
    down, back = (
        np.sum(slack(eta, mu, rho, *pair) * inner) for pair in ((0, 1), (2, 0))
    )
    values = np.array([0, down, -back]) / (2 * (1 - mu))
    points = np.stack([0 * g, rho * g, -eta * h])
    return Interpolant(points, vectors, values, mu, 1.0, "lengthening", 1e-11)
