"""Values that points with gradients can be given."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.interpolant import gaps


def heights(points: Any, gradients: Any, mu: float, beta: float) -> np.ndarray | None:
    r"""Values with which some f of the class passes through; None if there are none.

    The inequalities say $f_i - f_j \ge c_{ij}$: they can be obeyed iff no round trip
    has a positive sum. Then the longest way from i to j bounds $f_i - f_j$ from below
    and that from j to i from above; the middle, on average over j, is as far from
    equality as these allow.

    Args:
        points: shape `(k, d)`.
        gradients: shape `(k, d)`.
        mu: least curvature.
        beta: largest curvature.
    """
    longest = -gaps(points, gradients, np.zeros(len(points)), mu, beta)
    for i in range(len(longest)):
        longest = np.maximum(longest, longest[:, i, None] + longest[i])
    if longest.diagonal().max() > 0:
        return None
    return (longest - longest.T).mean(axis=1) / 2
