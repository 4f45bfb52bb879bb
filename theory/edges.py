r"""T13: each method's edge of stability, the curvature at which its steps turn back.

On a quadratic a step multiplies the gradient's component along an eigenvector of
curvature lam by $1 - \eta\gamma\lambda(1 + r\lambda)$, whatever the other components
are: r is $\rho$ (USAM, SSAM), $\rho/\lVert g\rVert$ (SAM, SSAM-N) or 0 (GD), and
$\gamma$ is 1, or $\lVert g\rVert / \lVert d'\rVert$ after renormalisation. At the edge
this factor is -1. Only $\gamma$ depends on where g points.
"""

from __future__ import annotations

from typing import Any

from theory.method import Method
from theory.methods.stable import Stable
from theory.quadratic import gd_edge, usam_edge


def rate(method: Method, size: Any) -> Any:
    r"""The ascent over g, r: $\rho$, or $\rho/\lVert g\rVert$ where it is a length.

    Args:
        method: GD, USAM, SAM, or one of them renormalised.
        size: $\lVert g\rVert > 0$.
    """
    rho = method.get("rho")
    return rho / size if method.radius_unit == "length" else rho + 0 * size


def edge(method: Method, eta: Any, size: Any) -> Any:
    r"""The edge where g lies along eigenvectors of one curvature.

    GD, SSAM, SSAM-N: $2/\eta$, for $\gamma = 1/(1 + r\lambda)$ cancels the ascent.
    USAM, SAM: $(\sqrt{1 + 8r/\eta} - 1)/(2r)$, and this wherever g points.

    Args:
        method: with rho that broadcasts with eta and size.
        eta: learning rate.
        size: $\lVert g\rVert > 0$.
    """
    if isinstance(method, Stable):
        return gd_edge(eta) + 0 * rate(method, size)
    return usam_edge(eta, rate(method, size))


def edge_at(method: Method, eta: Any, size: Any, gamma: Any) -> Any:
    r"""The edge at a measured $\gamma$: the root of $\eta\gamma\lambda(1+r\lambda)=2$.

    Wherever g points: all modes together set $\gamma$. Without renormalisation $\gamma$
    has no part in a step, and this is `edge`.

    Args:
        method: with rho that broadcasts with the others.
        eta: learning rate.
        size: $\lVert g\rVert > 0$.
        gamma: $\lVert g\rVert / \lVert d'\rVert$, d' before renormalisation.
    """
    if isinstance(method, Stable):
        return usam_edge(eta * gamma, rate(method, size))
    return edge(method, eta, size)


def multiplier(method: Method, eta: Any, lam: Any, size: Any, gamma: Any) -> Any:
    r"""$1 - \eta\gamma\lambda(1 + r\lambda)$, the factor that is -1 at `edge_at`.

    Args:
        method: with rho that broadcasts with the others.
        eta: learning rate.
        lam: curvature.
        size: $\lVert g\rVert > 0$.
        gamma: $\lVert g\rVert / \lVert d'\rVert$; has no part without renormalisation.
    """
    scale = gamma if isinstance(method, Stable) else 1
    return 1 - eta * scale * lam * (1 + rate(method, size) * lam)
