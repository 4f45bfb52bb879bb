r"""How a renormalised method bounces between USAM's edge and GD's without flattening.

Above the edge with $\gamma = 1$ a mode of the gradient grows until it is so large a
part of g that $\gamma = \lVert g\rVert / \lVert d'\rVert$ has fallen to where the
mode's factor is -1: a 2-cycle about the path of all other modes. Nothing grows any
more, and no curvature falls; above $2/\eta$ no alignment suffices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.edges import rate
from theory.method import Method


def balance(method: Method, eta: Any, lam: Any, size: Any) -> Any:
    r"""The share of g along a mode at which a renormalised step turns it round.

    $\cos^2 = (\gamma^{-2} - 1) / ((1 + r\lambda)^2 - 1)$ with $\gamma = 2 / (\eta
    \lambda (1 + r\lambda))$, for the rest of g in directions of no curvature: 0 at the
    edge of USAM (SAM), 1 at $2/\eta$.

    Args:
        method: SSAM or SSAM-N, with rho > 0 that broadcasts with the others.
        eta: learning rate.
        lam: the mode's curvature.
        size: $\lVert g\rVert > 0$.

    Returns:
        The cosine; NaN outside the two edges.
    """
    ascent = 1 + rate(method, size) * lam
    square = ((eta * lam * ascent / 2) ** 2 - 1) / (ascent**2 - 1)
    inside = (square >= 0) & (square <= 1)
    return np.sqrt(np.where(inside, square, np.nan))
