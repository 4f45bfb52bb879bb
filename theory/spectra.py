r"""Random quadratics and starts around their critical point.

$\lambda_+$ is the largest eigenvalue, m the least size of a negative one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.quadratic import weakest_descent


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


def mixed(
    rng: np.random.Generator, count: int, dim: int, low: float = 0.25
) -> np.ndarray:
    """Spectra of any index, sizes in [low, 1], the first negative, `(n, d)`."""
    lam = rng.uniform(low, 1, (count, dim)) * rng.choice([-1, 1], (count, dim))
    lam[:, 0] = -np.abs(lam[:, 0])
    return lam


def descends(lam: np.ndarray) -> np.ndarray:
    """Nonsingular, with a negative eigenvalue, `(n,)`."""
    return (lam != 0).all(axis=-1) & (lam < 0).any(axis=-1)


def strong_top(lam: np.ndarray) -> np.ndarray:
    r"""One negative eigenvalue, and $\lambda_+ > m$, `(n,)`: what T7 asks for."""
    one = (lam < 0).sum(axis=-1) == 1
    return one & (lam.max(axis=-1) > weakest_descent(lam))


def rotated(
    seed: Any, count: int, dim: int, low: float = 0.05, high: float = 1.95
) -> dict[str, np.ndarray]:
    r"""Cases of SAM on convex quadratics, rotated so that rounding feeds every mode.

    Args:
        seed: of the random numbers.
        count: how many, n.
        dim: d.
        low: least $\eta\lambda_1$.
        high: largest.

    Returns:
        `eta`, `rho` `(n,)`, `lam`, near and far starts `w` `(n, d)`, `rotation`.
    """
    rng = np.random.default_rng(seed)
    lam, rho = minima(rng, count, dim), rng.uniform(0.01, 3, count)
    far = rho[:, None] * np.exp(rng.uniform(-3, 3, (count, 1)))
    return {
        "eta": rng.uniform(low, high, count) / lam[:, 0],
        "rho": rho,
        "lam": lam,
        "w": far * rng.normal(size=(count, dim)),
        "rotation": np.linalg.qr(rng.normal(size=(dim, dim)))[0],
    }


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


def in_trap(
    rng: np.random.Generator, lam: np.ndarray, reach: np.ndarray, count: int
) -> np.ndarray:
    r"""Starts with $\|Hw\|$ from .1 to .95 of the trap's reach, `(n, k, d)`."""
    share = rng.uniform(0.1, 0.95, (len(lam), count))
    return starts(rng, lam, reach[:, None] * share, count)
