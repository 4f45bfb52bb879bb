r"""Hallucinated minimisers: SAM rests where only the ascent point is critical (T11).

$w$ with $g = \nabla f(w) \ne 0$ and $\nabla f(w^\ast) = 0$, $w^\ast = w + \rho u(g)$.
Proofs: `paper_notes.md`, T11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.bisect import bisect


def turning(landscape: Landscape, rho: Any, w: np.ndarray) -> np.ndarray:
    r"""$A = H(w_a)\,[I + \frac{\rho}{\|g\|}(I - uu^\top)H(w)]$ where $g \ne 0$.

    The derivative of SAM's direction at w, so that SAM's map has the Jacobian
    $I - \eta A$.

    Args:
        landscape: with Hessians.
        rho: radii, `(...)`.
        w: points, `(..., d)`.

    Returns:
        Matrices, `(..., d, d)`.
    """
    rho = np.asarray(rho, dtype=float)[..., None]
    g = landscape.gradient(w)
    size = np.linalg.norm(g, axis=-1, keepdims=True)
    u = g / size
    across = np.eye(w.shape[-1]) - u[..., :, None] * u[..., None, :]
    ascent = np.eye(w.shape[-1]) + (rho / size)[..., None] * (
        across @ landscape.hessian(w)
    )
    return landscape.hessian(w + rho * u) @ ascent


def largest_rate(A: np.ndarray) -> np.ndarray:
    r"""The eta up to which the spectral radius of $I - \eta A$ is below 1, `(...)`.

    $\min_i 2\,\mathrm{Re}\,a_i/|a_i|^2$ over the eigenvalues of A, and 0 if some
    $\mathrm{Re}\,a_i \le 0$.
    """
    a = np.linalg.eigvals(A)
    return np.maximum(0, (2 * a.real / np.abs(a) ** 2).min(axis=-1))


def hallucinations(
    landscape: Landscape, minimum: Any, angles: Any, radii: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""In the plane, the points whose ascent ends in a minimum.

    Seen from the minimum under an angle, the gradient must point back at it: a zero of
    $\langle\nabla f(w), v^\perp\rangle$ along a ray with $\langle\nabla f(w), v\rangle
    > 0$, $w = w^\ast - \rho v$.

    Args:
        landscape: of dimension 2.
        minimum: $w^\ast$, `(2,)`.
        angles: of $v$, `(n,)`.
        radii: increasing, `(k,)`: zeros are looked for between neighbours.

    Returns:
        Points `(m, 2)` and their radii `(m,)`.
    """
    minimum = np.asarray(minimum, dtype=float)
    v = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    aside = v[:, ::-1] * [-1, 1]

    def slope(distance: np.ndarray, along: np.ndarray) -> np.ndarray:
        g = landscape.gradient(minimum - distance[..., None] * v[rows])
        return (g * along[rows]).sum(axis=-1)

    rows = np.arange(len(v))[:, None]
    grid = np.broadcast_to(radii, (len(v), len(radii)))
    turns = np.diff(np.sign(slope(grid, aside)), axis=1) != 0
    rows, at = np.nonzero(turns)
    before = np.sign(slope(radii[at], aside))

    def same(distance: np.ndarray) -> np.ndarray:
        return np.sign(slope(distance, aside)) == before

    found = bisect(same, radii[at], radii[at + 1], 1e-15).low
    back = slope(found, v) > 0
    return (minimum - found[:, None] * v[rows])[back], found[back]
