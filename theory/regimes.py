r"""Learning rates that work on a whole class of functions: T1 to T3, T14, T15.

The class has curvature in $[\mu, \beta]$; $a = 1 + \rho\mu$, $b = 1 + \rho\beta$ and
$s = \rho\beta$ for an un-normalised ascent (for a normalised one put
$\rho/\|g\|$ for $\rho$). All functions broadcast. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq

from theory.validate import require


def ascent_factors(mu: Any, beta: Any, rho: Any) -> tuple[np.ndarray, np.ndarray]:
    r"""T1: $a, b$; $g' = \nabla f(w + \rho g)$ lies in the ball of diameter [ag, bg].

    Args:
        mu: least curvature, of any sign.
        beta: largest curvature, > 0.
        rho: radius, >= 0.

    Raises:
        ValueError: a number is out of range.
    """
    mu, beta, rho = (np.asarray(number, dtype=float) for number in (mu, beta, rho))
    require("beta", beta, beta > 0, "> 0")
    require("mu", mu, mu <= beta, "<= beta")
    require("rho", rho, rho >= 0, ">= 0")
    return 1 + rho * mu, 1 + rho * beta


def gamma_range(mu: Any, beta: Any, rho: Any) -> tuple[np.ndarray, np.ndarray]:
    r"""T1: SSAM's $\gamma = \|g\|/\|g'\|$ lies in $[1/b, 1/a]$; no bound if a <= 0."""
    a, b = ascent_factors(mu, beta, rho)
    return 1 / b, np.divide(1.0, a, where=a > 0, out=np.full_like(a, np.inf))


def cosine(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T2: the least $\cos\angle(g, g')$, $2\sqrt{ab}/(a+b)$; -1 if a < 0."""
    a, b = ascent_factors(mu, beta, rho)
    return np.where(a < 0, -1.0, 2 * np.sqrt(np.maximum(a, 0) * b) / (a + b))


def descent_limit(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """T3, T15: of `gd`, `usam` or `ssam`; SAM's is USAM's, SSAM-N's SSAM's."""
    if method == "gd":
        return gd_limit(beta) + 0.0 * np.asarray(rho)
    return {"usam": usam_limit, "ssam": ssam_limit}[method](mu, beta, rho)


def gd_limit(beta: Any) -> np.ndarray:
    r"""T3, T15: $2/\beta$. See `ssam_limit`."""
    ascent_factors(0.0, beta, 0.0)
    return np.divide(2.0, beta)


def usam_limit(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T3, T15: $2/(\beta b)$, 0 (no learning rate) if a < 0. See `ssam_limit`.

    At a = 0 descent (T3) has this limit, convergence (T15) none.
    """
    a, b = ascent_factors(mu, beta, rho)
    return np.where(a < 0, 0.0, 2 / (beta * b))


def ssam_limit(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T3, T15: GD's limit times the cosine, $(4/\beta)\sqrt{ab}/(a+b)$; 0 if a <= 0.

    T3: $f(w^+) \le f(w)$ for every f of the class and every w iff eta is at most the
    limit. T15: $\nabla f(w_t) \to 0$ for every f bounded below iff eta is less.
    Attained: `landscapes.ssam_cycle`.
    """
    return gd_limit(beta) * np.maximum(cosine(mu, beta, rho), 0.0)


def ssam_n_limit(mu: Any, beta: Any) -> np.ndarray:
    r"""T3: SSAM-N, mu > 0: $(4/\beta)\sqrt\kappa/(1+\kappa)$ at every point.

    The least of `ssam_limit` over the radii $\rho/\|g\|$: that of an infinite one.
    """
    ascent_factors(mu, beta, 0.0)
    require("mu", np.asarray(mu), np.asarray(mu) > 0, "> 0")
    return 4 * np.sqrt(np.divide(mu, beta)) / np.add(mu, beta)


def descent_gain(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T3, T15: SSAM's limit over USAM's, $2b^{3/2}a^{1/2}/(a+b)$; NaN if a < 0.

    $2(1+s)^{3/2}/(2+s) > 1$ for convex f; $(1+s)^{3/2}(1-s)^{1/2}$ for
    $\mu = -\beta$: at most $\sqrt{27/16}$, at s = 1/2, and > 1 up to `gain_crossing`.
    """
    a, b = ascent_factors(mu, beta, rho)
    return np.where(a < 0, np.nan, b * np.maximum(cosine(mu, beta, rho), 0.0))


def gain_crossing() -> float:
    r"""T3: for $\mu = -\beta$ SSAM's regime is the larger iff s is below this: .8393.

    The tribonacci constant less 1, the root of $t^3 = t^2 + t + 1$, $t = 1 + s$.
    """
    return float(np.roots([1, -1, -1, -1]).real.max()) - 1


def usam_fejer_limit(beta: Any, rho: Any) -> np.ndarray:
    r"""T14: $2/(\beta(1+s))$ for s <= 1, $(3-s)/(2\beta)$ to s = 3, then 0.

    f convex; $\|w^+ - w^*\| \le \|w - w^*\|$ for all f, w iff eta is at most this.
    """
    s = ascent_factors(0.0, beta, rho)[1] - 1
    return np.where(s <= 1, 2 / (1 + s), np.maximum(3 - s, 0) / 2) / beta


def ssam_fejer_limit(beta: Any, rho: Any) -> np.ndarray:
    r"""T14: $(2/\beta)\sqrt{1+s}\,(2 - \sqrt{1+s})$, 0 from s = 3 on. f convex."""
    root = np.sqrt(ascent_factors(0.0, beta, rho)[1])
    return 2 / beta * root * np.maximum(2 - root, 0)


def fejer_limit(method: str, beta: Any, rho: Any) -> np.ndarray:
    """T14: of `usam` or `ssam`."""
    return {"usam": usam_fejer_limit, "ssam": ssam_fejer_limit}[method](beta, rho)


def fejer_gain(beta: Any, rho: Any) -> np.ndarray:
    r"""T14: SSAM's limit over USAM's, with $r = \sqrt{1+s}$; NaN from s = 3 on.

    $r^3(2-r)$ for s <= 1, then $4r/(2+r)$: it grows from 1 to 2.
    """
    r = np.sqrt(ascent_factors(0.0, beta, rho)[1])
    gain = np.where(r**2 <= 2, r**3 * (2 - r), 4 * r / (2 + r))
    return np.where(r < 2, gain, np.nan)


def cycle_beta(eta: float, mu: float, rho: float) -> float:
    r"""T15: the beta whose `ssam_limit` is eta (a falling function of beta).

    `ssam_cycle(rho, mu, cycle_beta(eta, mu, rho))` is then a function of every larger
    beta that refutes eta.

    Args:
        eta: learning rate; below $2/\mu$ if mu > 0 (from there on a quadratic does).
        mu: least curvature, $1 + \rho\mu > 0$.
        rho: radius.
    """
    a, _ = ascent_factors(mu, max(mu, 1.0), rho)
    if not (0 < eta < np.inf and eta * mu < 2 and a > 0):
        raise ValueError(
            "`cycle_beta` takes eta > 0, eta mu < 2 and 1 + rho mu > 0, got "
            f"eta = {eta}, mu = {mu}, rho = {rho}."
        )
    high = 2 / eta
    low = high * float(cosine(mu, high, rho))  # the cosine, too, falls in beta
    excess = [float(ssam_limit(mu, beta, rho)) - eta for beta in (low, high)]
    if excess[0] <= 0 or excess[1] >= 0:  # rho = 0: the limit is GD's
        return high
    return brentq(lambda beta: ssam_limit(mu, beta, rho) - eta, low, high, xtol=1e-300)
