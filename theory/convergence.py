r"""How fast, and how near, SAM's relatives come to a minimum: T10, L12, L13, L15.

$\mu$ is the constant of the Polyak-Lojasiewicz inequality, L the smoothness (of every
sample, in stochastic use). Steps and radii of L12: `theory.schedule`. Proofs:
`paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.interval import Interval
from theory.regimes import ascent_factors
from theory.validate import require


def sam_floor(eta: Any, mu: Any, beta: Any, rho: Any) -> Any:
    r"""T10 beyond $1/\beta$: $\eta^2\beta^4\rho^2/(2\mu(2-\eta\beta)^2)$.

    SAM's $\limsup f - f^*$ on convex mu-PL f is at most this for
    $1/\beta \le \eta < 2/\beta$. Attained at $\mu = \beta$ by the 2-cycle.

    Args:
        eta: learning rate.
        mu: PL constant, > 0.
        beta: smoothness.
        rho: length of the ascent.
    """
    reach = np.multiply(eta, beta)
    return (reach * beta * rho / (2 - reach)) ** 2 / (2 * np.asarray(mu))


def cycle_over_floor(eta: Any, mu: Any, beta: Any) -> Any:
    r"""T10: the 2-cycle's value over the bound's floor, $\eta\mu/(2-\eta\beta)$.

    Above 1, so that the bound is false, iff $\eta > 2/(\mu + \beta)$.
    """
    return np.multiply(eta, mu) / (2 - np.multiply(eta, beta))


def sam_neighbourhood_reported(
    gamma: Any, rho: Any, mu: Any, L: Any, lam: Any = 1.0
) -> Any:
    r"""L13 as reported: $\lambda^2\rho(1 + 2\gamma L^2\rho)/\mu$. False for large L.

    Oikonomou & Loizou, arXiv 2503.02225, Cor. 3.4, read second-hand.

    Args:
        gamma: step.
        rho: radius.
        mu: > 0.
        L: smoothness.
        lam: UnifiedSAM's $\lambda$; 1 is SAM.
    """
    return lam**2 * rho * (1 + 2 * gamma * L**2 * rho) / mu


def unified_sam_neighbourhood(
    gamma: Any, rho: Any, mu: Any, L: Any, lam: Any = 1.0, C: Any = 0.0
) -> Any:
    r"""L12, L13: what $E f(w_t) - f^*$ is at most in the limit.

    $$\frac{L\lambda^2\rho(1 + 2\gamma L^2\rho)
      + CL(\rho(1-\lambda)^2 + \gamma(1 + 2L^2\rho^2(1-\lambda)^2))}\mu,$$

    for $\rho < \rho^*$ and $\gamma \le \gamma^*(\rho)$; without noise (C = 0) it is
    L13's reported form times L.

    Args:
        gamma: step, at most `theory.schedule.unified_sam_step`.
        rho: radius, below `theory.schedule.unified_sam_radius`.
        mu: > 0.
        L: smoothness of every sample.
        lam: UnifiedSAM's $\lambda$.
        C: of the expected residual, $2A$ times `interpolation_gap`.
    """
    rest = (1 - lam) ** 2
    noise = rho * rest + gamma * (1 + 2 * L**2 * rho**2 * rest)
    return L * (lam**2 * rho * (1 + 2 * gamma * L**2 * rho) + C * noise) / mu


def linear_to_neighbourhood(
    t: Any, gap: Any, gamma: Any, mu: Any, neighbourhood: Any
) -> Any:
    r"""L12: $(1 - \gamma\mu)^t (f(w_0) - f^*) + N$.

    Args:
        t: steps.
        gap: $f(w_0) - f^*$.
        gamma: step.
        mu: > 0.
        neighbourhood: N.
    """
    return (1 - np.multiply(gamma, mu)) ** t * gap + neighbourhood


def polyak_rate(rho: Any, mu: Any, L: Any) -> Any:
    r"""L15: USAM with Polyak's step shrinks $\|w - w^*\|^2$ by this factor a step.

    $1 - \mu(1 - L\rho)^2/(4L)$ for $\rho \le 1/L$, mu-strongly convex and L-smooth f.
    Oikonomou & Loizou, arXiv 2606.01827, Thm 3.1.
    """
    return 1 - mu * (1 - np.multiply(L, rho)) ** 2 / (4 * np.asarray(L))


def exponent(first: Interval, last: Interval, factor: float) -> Interval:
    r"""$\ln(\text{last}/\text{first})/\ln(\text{factor})$: of a power of t.

    Args:
        first: a positive quantity at some t.
        last: at `factor` times t.
        factor: > 1.

    Returns:
        Everything where an interval reaches 0.
    """
    if min(np.min(first.low), np.min(last.low)) <= 0:
        return Interval(0.0, -np.inf, np.inf)
    ends = (last.value, first.value), (last.low, first.high), (last.high, first.low)
    return Interval(*(np.log(a / b) / np.log(factor) for a, b in ends))


def pl_rate(eta: Any, mu: Any, beta: Any) -> np.ndarray:
    r"""T10: SAM, convex mu-PL f, eta <= 1/beta: $1 - \mu\eta(2 - \eta\beta)$ a step."""
    return 1 - np.multiply(mu, eta) * _slack(eta, mu, beta)


def pl_floor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""T10: SAM's $f - f^*$ ends below $\eta\beta^3\rho^2/(2\mu(2-\eta\beta))$.

    Args:
        eta: learning rate, at most 1/beta; above $2/(\mu+\beta)$ the bound is false.
        mu: PL constant, > 0.
        beta: largest curvature.
        rho: length of SAM's ascent.
    """
    ascent_factors(mu, beta, rho)
    top = eta * np.power(beta, 3.0) * np.square(rho)
    return top / (2 * np.multiply(mu, _slack(eta, mu, beta)))


def _slack(eta: Any, mu: Any, beta: Any) -> np.ndarray:
    """2 - eta beta, once the numbers of T10 are in range."""
    ascent_factors(mu, beta, 0.0)
    require("mu", np.asarray(mu), np.asarray(mu) > 0, "> 0")
    reach = np.multiply(eta, beta)
    require("eta", np.asarray(eta), (reach > 0) & (reach < 2), "in (0, 2 / beta)")
    return 2 - reach
