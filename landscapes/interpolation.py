"""The inequality that binds f at two points, written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def slack(
    rise: Any, dx: Any, high: Any, low: Any, mu: Any, beta: Any, dot: Callable
) -> Any:
    r"""How far the interpolation inequality of two points i, j is from failing.

    With $d = x_i - x_j$,

    $$f_i - f_j - \langle g_j, d\rangle - \tfrac\mu2\|d\|^2
      - \frac{\|g_i - g_j - \mu d\|^2}{2(\beta - \mu)} .$$

    Some f with curvature in $[\mu, \beta]$ passes through points, gradients and values
    iff none of it is negative (Taylor, Hendrickx, Glineur, Math. Program. 2017).

    Args:
        rise: $f_i - f_j$, a scalar.
        dx: d, a vector of any kind.
        high: $g_i$.
        low: $g_j$.
        mu: least curvature, of any sign.
        beta: largest curvature, > mu.
        dot: the inner product of two such vectors.
    """
    bent = high - low - dx * mu
    curved = dot(dx, dx) * mu + dot(bent, bent) / (beta - mu)
    return rise - dot(low, dx) - curved / 2
