r"""T14 for mu > 0: the rates at which an SSAM step leads no farther from the minimiser.

f is $\mu$-strongly convex and $\beta$-smooth, in two dimensions or more;
$m = \sqrt{\mu/\beta}$, $a = 1 + \rho\mu$, $b = 1 + \rho\beta$. At $\mu = 0$ the limit
is that of `theory.regimes`; USAM's: `theory.usam_distance`. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from landscapes.interpolant import Interpolant
from theory.regimes import ascent_factors
from theory.validate import require


def ssam_fejer_limit_strong(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T14: $\bar\eta$; its square is the largest value of a rational function.

    For beta = 1, with $s = \rho$, $\sigma = a + s$, $H = (1+\mu)\theta - 2m\sigma$,

    $$\bar\eta^2 = \max_\theta\frac{4\sigma}{(1+m\theta)^2}
      \Big(\frac{4a}{\theta H} - 1\Big)\big((\theta-ms)^2 - ab\big)$$

    over the $\theta > ms + \sqrt{ab}$ with $\theta H < 4a$; 0 where there is none, from
    `usam_distance.limit_end` on. Each $\theta$ proves the rate in its place; the best
    is a root of a quintic, in general not to be had by radicals.

    Args:
        mu: least curvature, in [0, beta].
        beta: largest curvature.
        rho: radius.
    """
    m, a, b = _factors(mu, beta, rho)
    squares = np.vectorize(lambda *one: _best(*one)[1], otypes=[float])(m, a, b)
    return np.sqrt(squares) / beta


def ssam_n_fejer_limit(mu: Any, beta: Any) -> np.ndarray:
    r"""T14: SSAM-N, at every point: $(2 - (\sqrt\kappa - 1)^2)/\beta$, 0 if negative.

    SSAM's limit falls in the radius; this is its limit at an infinite one.

    Args:
        mu: least curvature, in (0, beta].
        beta: largest curvature.
    """
    m, *_ = _factors(mu, beta, 0.0)
    require("mu", np.asarray(mu), m > 0, "> 0")
    return np.maximum(2 - (1 / m - 1) ** 2, 0) / beta


def ssam_nearing_factor(eta: Any, limit: Any, mu: Any) -> np.ndarray:
    r"""T14: $\|w^+ - w^*\|^2$ is at most $1 - \mu^2\eta(\bar\eta - \eta)$ times.

    Args:
        eta: learning rate, in [0, limit].
        limit: $\bar\eta$, `ssam_fejer_limit_strong`.
        mu: least curvature.
    """
    return 1 - np.square(mu) * eta * np.subtract(limit, eta)


def ssam_fejer_worst(mu: float, rho: float) -> Interpolant:
    """T14, only if: a function on which SSAM's limit is attained; beta = 1.

    Its first point is its minimiser 0, its second the start.

    Args:
        mu: least curvature, in (0, 1).
        rho: radius > 0, below `usam_distance.limit_end`.
    """
    data = (np.array(part, dtype=float) for part in ssam_fejer_data(mu, rho))
    return Interpolant(*data, mu, 1.0, "ssam_fejer_worst")


def ssam_fejer_data(mu: float, rho: float) -> tuple[list, list, list]:
    r"""Points, gradients and values of `ssam_fejer_worst`.

    $g = e_1$, $g' = Ag - Bw$ with $A = \frac{2a\sigma}{\theta H}$, $B = \frac{2am}H$
    at the best $\theta$ of `ssam_fejer_limit_strong`, and $\langle w, g\rangle = P$
    is where g' meets the sphere of diameter $[ag, w + \rho g]$.
    """
    m, a, b = (float(number) for number in _factors(mu, 1.0, rho))
    theta, square = _best(m, a, b)
    if not (0 < mu < 1 and rho > 0 and square > 0):
        raise ValueError(
            "`ssam_fejer_worst` takes mu in (0, 1) and rho > 0 of positive limit, got "
            f"mu = {mu}, rho = {rho}."
        )
    share = 2 * a / ((1 + mu) * theta - 2 * m * (a + rho))
    A, B = share * (a + rho) / theta, share * m
    top = (A - a) * (A - rho) - B * (B + 1) / mu
    P = top / ((A - a) * (B + 1) + (A - rho) * B - B * (B + 1) * (1 + mu) / mu)
    w = np.array([P, np.sqrt((P - 1) * (1 - mu * P) / mu)])
    g = np.array([1.0, 0.0])
    high, y = A * g - B * w, w + rho * g
    # Of f - mu |x|^2 / 2, smooth with 1 - mu: the gradients, and at 0 two equalities.
    k, l_ = g - mu * w, high - mu * y
    value = k @ k / (2 * (1 - mu)) + mu * w @ w / 2
    top = l_ @ y - l_ @ l_ / (2 * (1 - mu)) + mu * y @ y / 2
    return [0 * w, w, y], [0 * g, g, high], [0.0, value, top]


def _factors(mu: Any, beta: Any, rho: Any) -> tuple[np.ndarray, ...]:
    """Of T14: m, a and b, once the numbers are in range."""
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu, dtype=float), np.asarray(mu) >= 0, ">= 0")
    return np.sqrt(np.divide(mu, beta)), a, b


def _best(m: float, a: float, b: float) -> tuple[float, float]:
    r"""The best $\theta$, and $\bar\eta^2$ (0 if no $\theta$ is allowed).

    Written in t, by how much $\theta$ exceeds its least value, so that nothing
    cancels; the range of t is the unit of its polynomials.
    """
    first, low = m * (b - 1) + np.sqrt(a * b), (np.sqrt(b) - m * np.sqrt(a)) ** 2
    if low >= 4 * a:  # low is theta H at the least theta
        return first, 0.0
    if b - a < 1e-9 * a:  # to rounding mu = beta or rho = 0, and SSAM is GD
        return first, 4.0
    slope = (low / first + (1 + m**2) * first) / 2
    far = slope + np.sqrt(slope**2 + (1 + m**2) * (4 * a - low))
    t = Polynomial([0, (4 * a - low) / far])
    grown = t * (low / first + (1 + m**2) * (first + t))
    top = t * (2 * np.sqrt(a * b) + t) * (4 * a - low - grown)
    bottom = (1 + m * (first + t)) ** 2 * (low + grown)
    flat = (top.deriv() * bottom - top * bottom.deriv()).roots().real
    at = flat[(flat > 0) & (flat < 1)]
    value = 4 * (a + b - 1) * top(at) / bottom(at)
    return first + t(at[value.argmax()]), value.max()
