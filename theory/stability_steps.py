"""Single steps that the statement on stability is measured on: T17.

`theory.stability_cases` has its runs.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.log_cosh import log_cosh
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import loss
from theory import better_bounds, pairs, step_factors, uniform
from theory.bisect import bisect
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM, SSAM_N
from theory.methods.usam import USAM
from theory.stability_cases import made


def side(f, kind, eta, rho, w, v):
    r"""$\sqrt{\delta_{t+1}^2 - \delta_t^2}$ of a pair's step, 0 if it nears."""
    d, e = (made(kind, rho).direction(x, (), f.gradient)[0] for x in (w, v))
    grown = ((w - v - eta * (d - e)) ** 2 - (w - v) ** 2).sum(axis=-1)
    return np.sqrt(np.maximum(grown, 0)).max()


def side_bound(f, kind, eta, rho, w, v):
    """T17's; USAM's ascent is as long as rho times the longest gradient there."""
    longest = np.linalg.norm(f.gradient(np.concatenate([w, v])), axis=-1).max()
    reach = rho * longest if kind is USAM else rho
    return step_factors.spread(eta, f.constants["beta"], reach)


def sides(quick):
    """About the minimum of a parabola; random pairs of a sum of log-cosh."""
    near = np.array([[1e-7]])
    f = Quadratic(np.array([1.0]))
    for eta in (0.3, 1.0, 1.7):
        case = {"f": f, "kind": SAM, "eta": eta, "rho": 0.5}
        yield case | {"w": near, "v": -near}
    f, rng = log_cosh(), np.random.default_rng(17)
    beta = f.constants["beta"]
    for kind, share in product((SAM, USAM), (0.5, 1.0, 1.8)):
        w, v = rng.normal(size=(2, 200 if quick else 4000, f.dim))
        case = {"f": f, "kind": kind, "eta": share / beta, "rho": 0.7}
        yield case | {"w": w, "v": w + 0.3 * (v - w)}


def one_example(kind, name, ridge, rho, eta):
    """How much one example of two features parts pairs, along and across."""
    f = FiniteSum(np.array([[1.0, 0.0]]), np.zeros(1), loss(name), ridge)
    z = np.linspace(-6, 6, 481)[:, None]
    found = []
    for D in np.eye(2) * 1e-4:
        w = z * np.array([1.0, 0.0])
        d, e = (made(kind, rho).direction(x, (), f.sample([0]))[0] for x in (w, w + D))
        found.append(np.linalg.norm(D - eta * (e - d), axis=1).max() / 1e-4)
    return max(found)


def one_example_bound(kind, name, ridge, rho, eta):
    """`uniform.linear_factor`."""
    return uniform.linear_factor(kind().label, eta, 1.0, rho, ridge)


def known_example(kind, name, ridge, rho, eta):
    """With a ridge SSAM is not SGD."""
    return ridge == 0 or kind in (GD, USAM)


def examples(quick):
    """Learning rates on both sides of the best, with a ridge and without."""
    for kind, ridge, rho, eta in product(
        (GD, USAM), (0.0, 0.1, 1.0), (0.2, 2.0), (0.1, 0.6, 1.5)
    ):
        case = {"kind": kind, "name": "huber", "ridge": ridge, "rho": rho, "eta": eta}
        yield case
    for kind, eta in product((SSAM, SSAM_N), (0.5, 2.5)):
        case = {"kind": kind, "name": "huber", "ridge": 0.0, "rho": 0.5, "eta": eta}
        yield case


def gain_edge(mu, rho):
    """The eta, bisected, from which on USAM's steps part its worst pair more than GD's.

    Brackets between a thousandth of the rate and GD's best.
    """

    def holds(eta):
        f = pairs.usam_pair(float(eta), mu, rho)
        return pairs.apart("usam", rho, f, f.points[:2], eta) < 1 - eta * mu

    return bisect(holds, np.array(1e-2), np.array(2 / (1 + mu)), 1e-6)


def gain_edges(quick):
    """Curvatures and radii, quadratics the worst and not."""
    grid = ((0.1, 1.0), (0.3, 1.0), (0.1, 0.3), (0.02, 0.02), (0.5, 3.0))
    return [{"mu": mu, "rho": rho} for mu, rho in (grid[:2] if quick else grid)]


def gain_radius(mu, eta):
    """The radius, bisected, from which on it is so at a small learning rate."""

    def holds(rho):
        f = pairs.usam_pair(eta, mu, float(rho))
        return pairs.apart("usam", float(rho), f, f.points[:2], eta) < 1 - eta * mu

    high = np.array(3 * better_bounds.usam_gain_radius(mu, 1.0))
    return bisect(holds, high / 300, high, 1e-6)


def far_apart(mu, rho, eta):
    """SSAM's on diag(1, mu), far out along one axis and apart along the other."""
    f = Quadratic(np.array([1.0, mu]))
    far = np.array([[[0.0, 1e8], [1.0, 1e8]], [[1e8, 0.0], [1e8, 1.0]]])
    return max(pairs.apart("ssam", rho, f, pair, eta) for pair in far)


def ssam_cases(quick):
    """Curvatures and radii from small to large, up to GD's 2/beta."""
    for mu, rho, eta in product((0.02, 0.3, 0.9), (0.1, 1.0, 10.0), (0.01, 0.7, 1.9)):
        yield {"mu": mu, "rho": rho, "eta": eta}


def ridge_edge(rho, ridge):
    """The eta up to which USAM parts an example's pairs less than SGD, bisected."""

    def holds(eta):
        return one_example(USAM, "huber", ridge, rho, float(eta)) < 1 - eta * ridge

    high = np.array(2.0)
    return bisect(holds, high / 1e3, high, 1e-6)


def ridge_gain(rho, ridge):
    r"""$2/(L(1+\rho L) + r)$, $L = 1 + r$."""
    return 2 / ((1 + ridge) * (1 + rho * (1 + ridge)) + ridge)
