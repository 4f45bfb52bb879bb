"""Random quadratics, and starts around their critical point, for claims."""

from __future__ import annotations

from typing import Any

import numpy as np


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
    r"""Points with $\|Hw\|$ = length and every coordinate taking part, `(k, n, d)`.

    Args:
        rng: draws them.
        lam: spectra, `(n, d)`.
        length: of the gradient, `(n,)` or `(k, n)`.
        count: how many each, k.
    """
    g = rng.uniform(0.1, 1, (count, *lam.shape))
    g *= rng.choice([-1, 1], g.shape)
    g *= np.asarray(length)[..., None] / np.sqrt((g**2).sum(axis=-1, keepdims=True))
    return g / lam
