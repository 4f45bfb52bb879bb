"""Where runs begin, and points from which single steps are tried."""

from __future__ import annotations

import numpy as np

from experiments.converging.problems import Problem

PROBES = 24
SIZES = (1.0, 0.1)  # of the probes' distances, over the starts'


def centre(problem: Problem) -> np.ndarray:
    """A minimiser, or where there is none the origin."""
    none = problem.minimiser is None
    return np.zeros(problem.landscape.dim) if none else problem.minimiser


def starts(problem: Problem) -> np.ndarray:
    """Two, `(2, d)`: a random direction, and one of equal gradients along all axes."""
    lam, V = curvatures(problem)
    rng = np.random.default_rng(9)
    one, two = rng.normal(size=(2, len(lam)))
    along = np.stack([one, np.sign(two) / lam]) @ V.T
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    return centre(problem) + problem.reach * along


def probes(problem: Problem) -> np.ndarray:
    """Points of all kinds, `(P, d)`: eigenvectors, pairs of the ends, random ones."""
    lam, V = curvatures(problem)
    ends = V[:, [0, -1]]
    angle = np.linspace(0, np.pi / 2, PROBES)
    # Gradients of all ratios: the flat part is longer by the curvature.
    pairs = np.stack([np.cos(angle) / lam[0], np.sin(angle) / lam[-1]], axis=1)
    rng = np.random.default_rng(10)
    along = np.concatenate([V.T, pairs @ ends.T, rng.normal(size=(8, len(V)))])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    return np.concatenate(
        [centre(problem) + size * problem.reach * along for size in SIZES]
    )


def curvatures(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors at the centre, of those across the floor of minimisers.

    Flat directions count as a millionth of the steepest.
    """
    H = problem.landscape.hessian(centre(problem))
    V = problem.across
    if V is not None:
        lam, U = np.linalg.eigh(V.T @ H @ V)
        return lam, V @ U
    lam, V = np.linalg.eigh(H)
    return np.maximum(lam, 1e-6 * lam.max()), V
