"""Real data that one linear rule fits: losses that vanish on a ball (L8, L10)."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.data import classification
from landscapes.scalar_loss import ScalarLoss, Y, Z, loss
from landscapes.without_overflow import huber

# 0 for a margin yz >= 1, then a parabola of width 1, then of slope 1.
SMOOTH_HINGE = ScalarLoss(
    "smooth_hinge", huber(1 - 2 * Y * Z) / 4 + (3 - 4 * Y * Z) / 8, (0.0, 1.0), 1.0
)


@cache
def population(
    name: str,
) -> tuple[np.ndarray, np.ndarray, ScalarLoss, np.ndarray, float]:
    r"""Tumours that are all fitted, scaled so that $\beta = 1$.

    Args:
        name: `least squares`, or any other word for `SMOOTH_HINGE`.

    Returns:
        Rows `(N, d)`, targets `(N,)`, the loss, and a point $w^*$ with the radius
        $r_0$ of a ball about it on which every loss is 0.
    """
    X, y = classification("breast_cancer")
    X = X / np.sqrt((X**2).sum(axis=1).max())  # beta = 1
    if name == "least squares":  # fewer rows than features: all can be fitted
        X, y = X[:25], y[:25]
        w = np.linalg.lstsq(X, y, rcond=None)[0]
        return X, y, loss("square"), w, 0.0
    # The rows that one linear rule tells apart with some margin.
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    kept = y * (X @ w) > 0.5
    X, y = X[kept], y[kept]
    w = w * (1 + 2 * np.sqrt((X**2).sum(axis=1)).max()) / (y * (X @ w)).min()
    radius = ((y * (X @ w) - 1) / np.sqrt((X**2).sum(axis=1))).min()
    return X, y, SMOOTH_HINGE, w, float(radius)
