"""Functions of a class of curvature, drawn at random or built on real data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from landscapes import load
from landscapes.finite_sum import FiniteSum
from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from theory.base import gradient_descent
from theory.methods import make


def interpolants(seed: Any, count: int, mu: float = 0.0, k: int = 5) -> Iterator:
    r"""Functions of the plane through k points of a random sum of Hubers.

    The sum, and $\mu\|x\|^2/2$, show that there is one; `Interpolant` is another.

    Args:
        seed: of the random numbers.
        count: how many.
        mu: least curvature, of any sign.
        k: points, the first of which are good starts.
    """
    rng = np.random.default_rng(seed)
    for _ in range(count):
        C, t = rng.normal(size=(5, 2)), rng.normal(size=5)
        x = 2 * rng.normal(size=(k, 2))
        z = x @ C.T - t
        slope = np.clip(z, -1, 1)
        values = (slope * z - slope**2 / 2).sum(-1) + mu * (x**2).sum(-1) / 2
        beta = mu + np.linalg.eigvalsh(C.T @ C).max()
        yield Interpolant(x, slope @ C + mu * x, values, mu, beta)


def losses(quick: bool) -> Iterator[Landscape]:
    """Convex losses; logistic regression and a Huber loss are on real data."""
    yield load("huber_ridge", data="diabetes", ridge=0.01)
    if not quick:
        yield load("logistic_regression")
        yield load("log_cosh", ridge=0.05)


@cache
def solved(
    loss: str, data: str, ridge: float, rows: int | None = None
) -> tuple[FiniteSum, np.ndarray, float]:
    """Regression on real data with its minimiser and least value.

    Args:
        loss: `ridge` or `logistic`.
        data: name of the data set.
        ridge: its weight.
        rows: how many; None: all.
    """
    f = load(f"{loss}_regression", data=data, ridge=ridge, rows=rows)
    minimiser = f.locate()[0]
    return f, minimiser, float(f.value(minimiser))


def spectra(seed: Any, shape: tuple[int, int], mu: float) -> Quadratic:
    r"""Quadratics with curvature in $[\mu, 1]$, both ends among the eigenvalues."""
    lam = np.random.default_rng(seed).uniform(mu, 1, shape)
    lam[:, 0], lam[:, -1] = 1, mu
    return Quadratic(lam)


def limits_of(f: Landscape) -> tuple[Any, Any]:
    r"""The class $(\mu, \beta)$ of a function, of many quadratics each one's own."""
    if isinstance(f, Quadratic):
        return f.spectrum.min(axis=-1), f.spectrum.max(axis=-1)
    return f.constants.get("mu", 0.0), f.constants["beta"]


def belongs(f: Landscape, mu: Any, beta: Any) -> Any:
    r"""Whether its curvature lies in $[\mu, \beta]$, up to rounding."""
    least, most = limits_of(f)
    room = 1e-12 * (np.abs(mu) + beta)
    return (mu <= least + room) & (most <= beta + room)


def directions(spec: str, rho: Any, f: Landscape, x: Any) -> tuple[Any, Any]:
    """A method's direction and the raw gradient at points `(n, d)`, rho `(n,)`."""
    method = make(spec, rho=np.asarray(rho, dtype=float)[..., None])
    d, g, _ = method.direction(x, method.init(x), f.gradient)
    return d, g


def step(spec: str, rho: Any, f: Landscape, x: Any, eta: Any) -> np.ndarray:
    """The points after one step, `(n, d)`; eta `(n,)`."""
    d, _ = directions(spec, rho, f, x)
    return gradient_descent.update(x, d, (), np.asarray(eta)[..., None])[0]
