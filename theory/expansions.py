"""L11: by how much a gradient step from two points expands, as run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from landscapes.data import classification
from landscapes.finite_sum import FiniteSum
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import loss


def ratio(
    landscape: Landscape, eta: Any, mu: Any, beta: Any, w: Any, v: Any
) -> np.ndarray:
    """The distance after a gradient step over the one before."""
    after = [x - eta[:, None] * landscape.gradient(x) for x in (w, v)]
    return np.linalg.norm(np.subtract(*after), axis=1) / np.linalg.norm(w - v, axis=1)


def pairs(quick: bool) -> Iterator[dict[str, Any]]:
    """Random pairs on quadratics, half of them apart along the worst, and on data."""
    rng, n = np.random.default_rng(11), 50 if quick else 2000
    for low in (-1.0, 0.0, 0.001, 0.3):
        lam, (w, v) = rng.uniform(low, 1, (n, 3)), rng.normal(size=(2, n, 3))
        lam[:, 0], lam[:, 2] = low, 1
        v[: n // 2] = w[: n // 2] + [1.0, 0.0, 0.0]
        yield _pair(rng, Quadratic(lam), low, 1.0, w, v)
    X, y = (part[:40] for part in classification("breast_cancer"))
    for name, ridge in (("logistic", 0.01), ("huber", 0.01), ("log_square", 0.0)):
        f = FiniteSum(X, y, loss(name), ridge)
        w, v = rng.normal(size=(2, n, f.dim))
        yield _pair(rng, f, f.constants["mu"], f.constants["beta"], w, v)


def _pair(
    rng: Any, landscape: Landscape, mu: float, beta: float, w: Any, v: Any
) -> dict[str, Any]:
    """Learning rates up to the lemma's, to 2/beta where it asks for none."""
    eta = rng.uniform(0, 2 / (beta + max(mu, 0)), len(w))
    mu, beta = np.full(len(w), mu), np.full(len(w), beta)
    return dict(landscape=landscape, eta=eta, mu=mu, beta=beta, w=w, v=v)


def too_fast(quick: bool) -> Iterator[dict[str, Any]]:
    """At 2/beta, apart along the steepest direction."""
    w, one = np.zeros((1, 2)), np.ones(1)
    for mu in (0.001, 0.3):
        f = Quadratic(np.array([1.0, mu]))
        sizes = {"eta": 2 * one, "mu": mu * one, "beta": one}
        yield {"landscape": f, "w": w, "v": w + [1.0, 0.0]} | sizes
