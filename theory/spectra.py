"""Random quadratics, starts around their critical point, and runs from there."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.quadratic import Quadratic
from theory import simulate
from theory.methods import make


def minima(
    rng: np.random.Generator, count: int, dim: int, low: float = 0.3
) -> np.ndarray:
    r"""Positive spectra, $\lambda_1$ first; the others in [low, 0.9] of it, `(n, d)`.

    The gap lets the top mode outlive the others within the steps of a run.
    """
    lam = rng.uniform(low, 0.9, (count, dim))
    lam[:, 0] = 1
    return lam * rng.uniform(0.5, 4, (count, 1))


def saddles(
    rng: np.random.Generator, count: int, dim: int, index: int = 1, low: float = 0.3
) -> np.ndarray:
    r"""Spectra with `index` negative eigenvalues, `(n, d)`, and a top positive one.

    $\lambda_+$ stands first, all others have sizes in [low, 0.9] of it.
    """
    lam = minima(rng, count, dim, low)
    lam[:, 1 : 1 + index] *= -1
    return lam


def starts(
    rng: np.random.Generator, lam: np.ndarray, length: Any, count: int
) -> np.ndarray:
    r"""Points with $\|Hw\|$ = length and every coordinate taking part, `(n, k, d)`.

    Args:
        rng: draws them.
        lam: spectra, `(n, d)`.
        length: of the gradient, `(n,)` or `(n, k)`.
        count: how many each, k.
    """
    g = rng.uniform(0.1, 1, (len(lam), count, lam.shape[1]))
    g *= rng.choice([-1, 1], g.shape)
    size = np.asarray(length).reshape(len(lam), -1, 1)
    g *= size / np.sqrt((g**2).sum(axis=-1, keepdims=True))
    return g / lam[:, None]


def last(
    spec: str,
    lam: np.ndarray,
    eta: Any,
    rho: Any,
    w: np.ndarray,
    steps: int,
    **values: Any,
) -> np.ndarray:
    """The points after `steps`, `(..., d)`; not finite where a run diverged.

    `simulate.iterate`, which for some hundred runs is faster than a batch.

    Args:
        spec: name of the method.
        lam: spectra, `(..., d)`.
        eta: learning rates, `(...)`.
        rho: radii, `(...)`.
        w: starts, `(..., d)`.
        steps: how many.
        **values: further hyperparameters by name, `(..., 1)`.
    """
    eta, rho = (np.asarray(v, dtype=float)[..., None] for v in (eta, rho))
    w = w + np.zeros(np.broadcast_shapes(eta.shape, rho.shape, lam.shape))
    method = make(spec, rho=rho, **values)
    with np.errstate(all="ignore"):
        *_, state = simulate.iterate(Quadratic(lam), method, w, eta, steps)
    return state.x


def steepness(lam: np.ndarray, w: np.ndarray) -> np.ndarray:
    r"""$\|Hw\|$, infinite where the point is not finite, `(...)`."""
    with np.errstate(all="ignore"):
        size = np.sqrt(((lam * w) ** 2).sum(axis=-1))
    return np.where(np.isfinite(size), size, np.inf)


def shrinks(
    spec: str, lam: np.ndarray, eta: Any, rho: Any, w: np.ndarray, steps: int
) -> np.ndarray:
    r"""Whether $\|Hw\|$ falls from half of the steps to all of them, `(...)`.

    That decides between what tends geometrically to 0 and what grows.
    """
    half = last(spec, lam, eta, rho, w, steps // 2)
    full = last(spec, lam, eta, rho, half, steps // 2)
    before, after = steepness(lam, half), steepness(lam, full)
    return (after < before) | (before < 1e-100)
