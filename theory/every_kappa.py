r"""Steps to the minimiser at one rate for every condition number: T19.

The class has curvature in $[\mu, \beta]$, $0 \le \mu \le \beta$, and a minimiser;
$s = \rho\beta$ and $b = 1 + s$. Limits do not depend on $\mu$, rates only through
$\eta\mu$. All functions broadcast. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.quadratic import Quadratic
from theory import members
from theory.bisect import bisect
from theory.interval import Interval, bracket
from theory.regimes import ascent_factors, ssam_fejer_limit, usam_fejer_limit
from theory.worst import nearing


def uniform_limit(method: str, beta: Any, rho: Any) -> np.ndarray:
    r"""T19: `uniform_factor` bounds every step, whatever mu, iff eta is at most this.

    The lesser of T14's limit at $\mu = 0$ and, for USAM $1/(\beta b)$, for SSAM
    $(2 - 1/(2b))/\beta$; 0 from s = 3 on.

    Args:
        method: `usam` or `ssam`.
        beta: largest curvature.
        rho: radius.
    """
    _, b = ascent_factors(0.0, beta, rho)
    if method == "usam":
        return np.minimum(1 / (b * beta), usam_fejer_limit(beta, rho))
    return np.minimum((2 - 1 / (2 * b)) / beta, ssam_fejer_limit(beta, rho))


def uniform_factor(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T19: of USAM $1 - \eta\mu(1 + \rho\mu)$, of SSAM $\sqrt{1 - \eta\mu/(2b)}$.

    Args:
        method: `usam` or `ssam`.
        eta: learning rate, up to `uniform_limit`.
        mu: least curvature, in [0, beta].
        beta: largest curvature.
        rho: radius.
    """
    a, b = ascent_factors(mu, beta, rho)
    pull = np.multiply(eta, mu)
    if method == "usam":
        return 1 - pull * a
    return np.sqrt(1 - pull / (2 * b))


def uniform_edge(method: str, rho: np.ndarray) -> Interval:
    r"""T19, only if: the rate, bisected, above which some f breaks it; beta = 1.

    At $\mu = \beta$ the parabola, at $\mu = 0$ the functions of `theory.worst`.
    """
    f, x = Quadratic(np.ones(1)), np.ones(1)
    moves = np.array([members.directions(method, r, f, x)[0] for r in rho])

    def kept(eta: np.ndarray) -> np.ndarray:
        after = np.abs(x - eta[:, None] * moves)[:, 0]
        return after <= uniform_factor(method, eta, 1.0, 1.0, rho) * (1 + 1e-13)

    steep = bisect(kept, 1e-3 / (1 + rho), 1.999 + 0 * rho, 1e-9)
    flat = nearing(method, rho)
    return bracket(np.minimum(steep.low, flat.low), np.minimum(steep.high, flat.high))


def flat_share(rho: Any, mu: float) -> np.ndarray:
    r"""Of an SSAM step on diag(1, mu), by how much it nears 0, over $\eta\mu$.

    From a point whose gradient is steep and whose place is flat:
    $1 - \|w^+\|^2/\|w\|^2$ tends to $2\eta\mu/b$ as mu does to 0; eta = 1/4.
    """
    eta, x = 0.25, np.array([mu**0.75, 1.0])
    f = Quadratic(np.array([1.0, mu]))
    d = np.array([members.directions("ssam", r, f, x)[0] for r in np.atleast_1d(rho)])
    nearer = 2 * d @ x - eta * (d**2).sum(axis=-1)
    return nearer / (x @ x) / mu
