"""N3: two SSAM steps as they part on functions of two variables, and on others."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq

from landscapes.interpolant import Interpolant
from theory.pairs import apart, parting
from theory.refuting import far_pairs

NEARLY = 1e-4  # a learning rate, or a radius, that stands for 0


def function(eta: float, mu: float, rho: float) -> Interpolant:
    """Two SSAM steps part on it nearly as far as on any of the plane; beta = 1.

    The pair is the first and the third point, the gradients they share 1e4 long.
    """
    *_, far = far_pairs.rescaled(eta, mu, 1.0, rho)
    data = far.points, far.gradients, far.values
    return Interpolant(*data, mu, 1.0, "parted", tolerance=1e-11)


def reach(eta: Any, mu: float, rho: float) -> np.ndarray:
    r"""The factor of two SSAM steps, eta `(n,)`, on the `function` of each."""
    found = []
    for one in eta:
        f = function(one, mu, rho)
        found.append(apart("ssam", rho, f, f.points[[0, 2]], one))
    return np.array(found)


def at_every_rate(mu: float, rho: float) -> np.ndarray:
    """The factors on one function, over six decades of learning rates."""
    f = function(NEARLY, mu, rho)
    return apart("ssam", rho, f, f.points[[0, 2]], np.geomspace(1e-5, 10, 13))


def slope(mu: float, rho: float) -> float:
    r"""The least $\langle D, q\rangle$: if it is < 0 the two part at every rate."""
    f = function(NEARLY, mu, rho)
    D, q = parting("ssam", rho, f, f.points[[0, 2]])
    return float(D @ q)


def radius(mu: float) -> float:
    """The radius above which the two part at every learning rate."""
    return brentq(lambda rho: slope(mu, rho), 0.05, 10.0, rtol=3e-3)


def edge(mu: float, rho: float) -> float:
    r"""The learning rate above which the two part: Newton's steps, from above.

    On each `function` they part from $2\langle D, q\rangle/\|q\|^2$ on.
    """
    eta = 2.0
    for _ in range(20):
        f = function(eta, mu, rho)
        D, q = parting("ssam", rho, f, f.points[[0, 2]])
        last, eta = eta, 2 * float(D @ q) / float(q @ q)
        if abs(eta - last) < 1e-4 * eta:
            break
    return eta
