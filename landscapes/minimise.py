"""A minimiser to machine precision, by Newton's method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from landscapes.landscape import Landscape

# Eigenvalues below this share of the largest one are flat directions, left alone.
RANK = 1e-12


def minimiser(landscape: Landscape, steps: int = 200) -> np.ndarray:
    """The minimum that damped Newton steps reach from the start, if one.

    Negative curvature enters with its size, so that saddles repel.

    Args:
        landscape: with a Hessian.
        steps: the most.

    Returns:
        Shape `(1, d)`, or `(0, d)` if the steps do not settle: a slope that vanishes
        only at infinity is no minimiser.
    """
    x = np.array(landscape.start, dtype=float)
    best, best_g = x, np.inf
    for _ in range(steps):
        g, move = _newton(landscape, x)
        size = np.abs(g).max()
        settled = np.abs(move).max() <= 1e-7 * (1 + np.abs(x).max())
        # Newton's error squares: from here on only rounding is left to gain.
        if settled and size >= best_g:
            return best[None]
        if settled:
            best, best_g = x, size
            x = x - move
        else:
            x = x - _fraction(landscape, x, g, move) * move
    return np.empty((0, landscape.dim))


def _newton(landscape: Landscape, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient, and Newton's step for the absolute value of the Hessian."""
    g = landscape.gradient(x)
    lam, V = np.linalg.eigh(landscape.hessian(x))
    lam = np.abs(lam)
    kept = lam > RANK * lam.max()
    return g, V[:, kept] @ ((g @ V[:, kept]) / lam[kept])


def _fraction(
    landscape: Landscape, x: np.ndarray, g: np.ndarray, move: np.ndarray
) -> float:
    """The largest of 1, 1/2, 1/4, ... of the step that descends enough."""
    f, slope = landscape.value(x), g @ move
    for halvings in range(40):
        t = 0.5**halvings
        if landscape.value(x - t * move) <= f - 1e-4 * t * slope:
            return t
    return 0.0
