r"""What one step does to two points, and to two batches, method by method: T17.

Losses have curvature in $[\mu, \beta]$ and gradients, wherever the method takes one, of
length at most G. A step on one batch's loss parts two points at distance $\delta$ to at
most $c\delta$, `factor`; or to GD's $c\delta$ and a `drift`; or as a `spread` says. All
functions broadcast; `method` is a label: GD, USAM, SAM, SSAM or SSAM-N. Proofs:
`paper_notes.md`, T17.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from theory.linear_models import rate_limit
from theory.pair_factors import usam_pair_factor
from theory.ssam_pairs import ssam_pair_factor

METHODS = ("GD", "USAM", "SAM", "SSAM", "SSAM-N")
# Their ascent is rho long; the others' rho times the gradient.
NORMALISED = ("SAM", "SSAM-N")


def factor(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""The pair factor c of one step on a loss with curvature in $[\mu, \beta]$.

    GD: $\max(|1-\eta\mu|, |1-\eta\beta|)$. USAM and SSAM, $\mu \ge 0$: N3's, exact
    (SSAM's proved in the plane, in space numerical: `proved_factor`). $\mu < 0$, with
    $L = \max(\beta, |\mu|)$: USAM $1 + \eta L(1+\rho L)$, and for $1 + \rho\mu > 0$
    SSAM $1 + \eta L\sqrt{1 + ((1+\rho L)/(1+\rho\mu))^2}$.

    Args:
        method: its label.
        eta: learning rate, > 0.
        mu: least curvature, of any sign.
        beta: largest curvature.
        rho: radius; at 0 every method is GD.

    Returns:
        Infinite where there is none: SAM and SSAM-N, whose ascent jumps (`drift`).
    """
    eta, mu, beta, rho = _arrays(method, eta, mu, beta, rho)
    plain = np.maximum(np.abs(1 - eta * mu), np.abs(1 - eta * beta))
    if method == "GD":
        return plain
    if method in NORMALISED:
        return np.where(rho > 0, np.inf, plain)
    exact = {"USAM": usam_pair_factor, "SSAM": _ssam_pair_factor}[method]
    convex = exact(eta, np.maximum(mu, 0), beta, rho)
    found = np.where(mu >= 0, convex, _expansion(method, eta, mu, beta, rho))
    return np.where(rho > 0, found, plain)


def proved_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""SSAM's pair factor is at most this in every dimension, $\mu \ge 0$.

    $\sqrt{1 - 2\eta p + \eta^2(1 + b^2/a^2)}$, $\beta = 1$, from N3.3: p is the least
    of $m - \sqrt2\delta + \rho r(\sqrt\mu - \sqrt2\delta)$ over r in $[\mu, 1]$,
    divided by b if it is positive, else by a; $m, \delta = (1 \pm \mu)/2$.
    """
    eta, mu, beta, rho = _arrays("SSAM", eta, mu, beta, rho)
    eta, mu, rho = eta * beta, mu / beta, rho * beta
    a, b, wide = 1 + rho * mu, 1 + rho, (1 - mu) / np.sqrt(2)
    tilt = rho * (np.sqrt(mu) - wide)
    least = (1 + mu) / 2 - wide + np.minimum(tilt * mu, tilt)
    slope = least / np.where(least > 0, b, a)
    return np.sqrt(1 - 2 * eta * slope + eta**2 * (1 + (b / a) ** 2))


def drift(method: str, eta: Any, beta: Any, rho: Any, mu: Any = 0.0) -> np.ndarray:
    r"""What a step adds to GD's factor: two points part by $c_{GD}\delta$ + this.

    $2\eta\|d - g\|$ at most: $2\eta\beta\rho$, and twice it for the renormalised
    methods where losses are not convex.

    Args:
        method: its label.
        eta: learning rate.
        beta: largest curvature.
        rho: how far the ascent goes at most: for USAM and SSAM the radius times G.
        mu: least curvature.
    """
    eta, mu, beta, rho = _arrays(method, eta, mu, beta, rho)
    if method == "GD":
        return 0.0 * (eta * beta * rho)
    bent = 2.0 if method in ("SSAM", "SSAM-N") else 1.0
    return 2 * eta * np.maximum(beta, -mu) * rho * np.where(mu < 0, bent, 1.0)


def linear_factor(
    method: str, eta: Any, curved: Any, rho: Any, ridge: Any = 0.0
) -> np.ndarray:
    r"""The pair factor on $l(\langle x, w\rangle)$, one example at a time: T16.

    $\max(1, 2\eta/\bar\eta - 1)$, $\bar\eta$ = `linear_models.rate_limit`; for SAM
    where l' keeps one sign. With a ridge r, $L = \tilde\beta + r$: GD
    $\max(|1-\eta r|, |1-\eta L|)$ and, exactly, USAM
    $\max(|1-\eta r(1+\rho r)|, |1-\eta L(1+\rho L)|)$; SSAM is SGD no longer, and has
    `factor`'s; SAM and SSAM-N none.

    Args:
        method: its label.
        eta: learning rate, > 0.
        curved: $\tilde\beta = \beta\|x\|^2$, the largest curvature without the ridge.
        rho: radius.
        ridge: r >= 0.
    """
    eta, ridge, curved, rho = _arrays(method, eta, ridge, curved, rho)
    L = curved + ridge
    alone = np.maximum(1.0, 2 * eta / rate_limit(method, curved, rho) - 1)
    if method == "USAM":
        low, high = ridge * (1 + rho * ridge), L * (1 + rho * L)
        pulled = np.maximum(np.abs(1 - eta * low), np.abs(1 - eta * high))
    else:
        pulled = factor(method, eta, ridge, L, rho)
    return np.where(ridge > 0, pulled, alone)


def disagreement(
    method: str, mu: Any, beta: Any, rho: Any, lipschitz: Any, batch: Any = 1
) -> np.ndarray:
    r"""X: how far apart directions on batches of b are that differ in one sample.

    GD $2G/b$; USAM $\min(2G, (1+\rho L)2G/b)$; SSAM, $a = 1 + \rho\mu > 0$,
    $\min(2G, \sqrt{1 + ((1+\rho L)/a)^2}\,2G/b)$; $2G$ at b = 1.
    `drift` counts what SAM's and SSAM-N's ascents add to GD's.
    """
    _, mu, beta, rho = _arrays(method, 1.0, mu, beta, rho)
    one, L = 2.0 * np.divide(lipschitz, batch), np.maximum(beta, -mu)
    if method == "GD" or method in NORMALISED:
        return one + 0.0 * (mu + beta + rho)
    carried = 1 + rho * L
    if method == "SSAM":
        a = 1 + rho * mu
        carried = np.hypot(1, carried / np.where(a > 0, a, np.nan))
        carried = np.where(a > 0, carried, np.inf)
    carried = np.where(rho > 0, carried, 1.0)
    return np.minimum(2.0 * np.asarray(lipschitz), carried * one)


def spread(eta: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""SAM and USAM, convex, $\eta < 2/\beta$: $\delta^2$ grows by this squared.

    $\delta_{t+1}^2 \le \delta_t^2 + 4\eta\beta\rho^2/(2-\eta\beta)$ on a common
    batch; attained at $\eta\beta = 1$. So after T steps on common batches two runs are
    at most $\sqrt T$ times this apart, and what other batches add, adds to it.

    Args:
        eta: learning rate.
        beta: largest curvature.
        rho: how far the ascent goes at most: for USAM the radius times G.

    Returns:
        Infinite from $2/\beta$ on.
    """
    reach = np.multiply(eta, beta)
    slack = np.where(reach < 2, 2 - reach, 1.0)
    return np.where(reach < 2, 2 * np.asarray(rho) * np.sqrt(reach / slack), np.inf)


def _expansion(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """The factor of a class with curvature of both signs."""
    L = np.maximum(beta, -mu)
    if method == "USAM":
        return 1 + eta * L * (1 + rho * L)
    a = 1 + rho * mu
    long = L * np.hypot(1, (1 + rho * L) / np.where(a > 0, a, 1.0))
    return np.where(a > 0, 1 + eta * long, np.inf)


@cache
def _ssam_once(eta: float, mu: float, beta: float, rho: float) -> float:
    return ssam_pair_factor(eta, mu, beta, rho) if rho > 0 else 1.0


def _ssam_pair_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """Number by number: each is a search of its own."""
    return np.vectorize(_ssam_once, otypes=[float])(eta, mu, beta, rho)


def _arrays(method: str, *numbers: Any) -> list[np.ndarray]:
    """As floats, the method's label checked."""
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ValueError(f"Pair factors are known of {known}, got {method}.")
    return [np.asarray(number, dtype=float) for number in numbers]
