"""Exact minimisers of many regressions at once, by Newton's method."""

from __future__ import annotations

import numpy as np

from experiments.risk.shared import Shared
from landscapes.minimise import RANK

STEPS, HALVINGS = 100, 30
SMALL = 1e-10  # a gradient, beside that at 0


def minimisers(f: Shared) -> np.ndarray:
    """A minimiser of every set, `(set, 1, d)`: one step with the square loss.

    Damped Newton steps from 0; where minimisers fill a subspace, the one nearest to 0
    with the square loss.

    Raises:
        ValueError: a set has none, as separable classes without a ridge.
    """
    w = np.zeros((len(f.X), 1, f.dim))
    first = np.abs(f.gradient(w)).max(axis=-1)
    for _ in range(STEPS):
        g = f.gradient(w)
        if (np.abs(g).max(axis=-1) <= SMALL * first).all() and _attained(f, w):
            return w
        w = w - _damped(f, w, g, _newton(f, w, g))
    raise ValueError(
        f"`{f.name}`: a set of {f.n} samples has no minimiser (separable classes?); "
        "give it a ridge."
    )


def _attained(f: Shared, w: np.ndarray) -> bool:
    """Whether no set only nears, at infinity, a slope of 0 in all its samples."""
    if f.ridge or f.loss.curvatures[0] > 0:
        return True
    return bool((f.losses(w).max(axis=-1) > np.sqrt(SMALL)).all())


def _newton(f: Shared, w: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The step, without directions in which f is flat."""
    X = f.X[:, 0]
    c = f.loss.curvature(f.predictions(w), f.y)[:, 0, :, None]
    H = X.mT @ (c * X) / f.n + f.ridge * np.eye(f.dim)
    lam, V = np.linalg.eigh(H)
    flat = lam <= RANK * lam[:, -1:]
    inverse = np.where(flat, 0.0, 1 / np.where(flat, 1.0, lam))
    return ((g @ V) * inverse[:, None]) @ V.mT


def _damped(f: Shared, w: np.ndarray, g: np.ndarray, move: np.ndarray) -> np.ndarray:
    """The largest of 1, 1/2, 1/4 ... of every set's step that descends enough."""
    before, slope = f.value(w), (g * move).sum(-1)
    t = np.ones_like(before)
    for _ in range(HALVINGS):
        after = f.value(w - t[..., None] * move)
        # Near the minimum the values differ by rounding only.
        high = after > before - 1e-4 * t * slope + 1e-14 * np.abs(before)
        if not high.any():
            break
        t = np.where(high, t / 2, t)
    return t[..., None] * move
