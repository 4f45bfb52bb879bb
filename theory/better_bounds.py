r"""Where the stability bound of one method is below another's: T17.

At one learning rate the bounds of T17 differ in the pair factor alone, or also in how
long a direction can be. In units of beta, with $a = 1 + \rho\mu$, $b = 1 + \rho$,
$c = (a+b)/2$ and $k = (1-\mu)/(1+\mu)$. All functions broadcast. Proofs:
`paper_notes.md`, T17.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.geometric import total
from theory.pair_factors import usam_pair_factor
from theory.regimes import ascent_factors
from theory.step_factors import factor
from theory.validate import require


def usam_gain_limit(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""USAM's pair factor is below GD's iff $0 < \eta <$ this; 0 if at no rate.

    $2/(\beta b + \mu)$ where quadratics are the worst there; else
    $\eta = 4h/((1+\mu)(a+b))$ with the positive root h of

    $$\nu^2h^2 - (2\nu + \nu^2 - KS)h = K + S - 1 - 2\nu,$$

    $K = 1 - k^2$, $S = ab/c^2$, $\nu = 2\mu/((1+\mu)c)$; empty iff the right side is
    <= 0 and $kc > a$: from `usam_gain_radius` on.

    Args:
        mu: least curvature, >= 0.
        beta: largest.
        rho: radius, > 0.
    """
    a, b, mu, c, k = _units(mu, beta, rho)
    nu = 2 * mu / ((1 + mu) * c)
    K, S = 1 - k**2, a * b / c**2
    lead, gain = 2 * nu + nu**2 - K * S, K + S - 1 - 2 * nu
    # At mu = 0 the equation is linear, and the gain negative.
    square = np.where(mu > 0, nu, 1.0) ** 2
    root = (lead + np.sqrt(np.maximum(lead**2 + 4 * square * gain, 0))) / (2 * square)
    bent = np.where(mu > 0, 4 * root / ((1 + mu) * (a + b)), 0.0)
    straight = 2 / (b + mu)
    worst = usam_pair_factor(straight, mu, 1.0, b - 1)
    # Beyond rounding above the quadratics': another function is the worst there.
    edge = np.where(worst > (1 - straight * mu) * (1 + 1e-12), bent, straight)
    return np.where((k * c > a) & (gain <= 0), 0.0, edge) / beta


def usam_gain_radius(mu: Any, beta: Any) -> np.ndarray:
    r"""The rho from which on `usam_gain_limit` is 0.

    $4\mu/((1+\mu)(1-\mu-2\sqrt\mu))$, $\beta = 1$; infinite for
    $\kappa \le 3 + 2\sqrt2$, 0 for $\mu = 0$.
    """
    ascent_factors(mu, beta, 0.0)
    unit = np.divide(mu, beta)
    below = 1 - unit - 2 * np.sqrt(unit)
    finite = below > 0
    found = 4 * unit / ((1 + unit) * np.where(finite, below, 1.0)) / beta
    return np.where(finite, found, np.inf)


def usam_full_gain(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""Up to this eta USAM's pair factor is $1 - \eta\mu(1+\rho\mu)$, a quadratic's.

    $\min\big(\frac{a-kc}{\mu ac}, \frac2{b+\mu a}\big)$, 0 if negative; $\mu > 0$.
    Then its bound is $1 + \rho\mu$ times smaller than SGD's as T grows.
    """
    a, b, mu, c, k = _units(mu, beta, rho)
    require("mu", mu, mu > 0, "> 0")
    bent = (a - k * c) / (mu * a * c)
    return np.clip(bent, 0.0, 2 / (b + mu * a)) / beta


def ssam_factor_at_least(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""SSAM's pair factor is at least this: $\max(1-\eta\mu a/b, \eta\beta b/a-1)$.

    More than GD's at every $\eta$ if $\rho > 0$ and $\mu < \beta$, so that SSAM's bound
    is nowhere below SGD's: on $\mathrm{diag}(\beta, \mu)$, the pair far out along one
    axis and apart along the other.
    """
    a, b = ascent_factors(mu, beta, rho)
    return np.maximum(1 - eta * mu * a / b, eta * beta * b / a - 1)


def noisy_gain_radius(mu: Any, beta: Any, n: Any) -> np.ndarray:
    r"""T18: with noise USAM's bound is below SGD's for radii up to this; $\mu > 0$.

    $\rho(1+\rho\mu) < \frac4{n\beta}$, as T grows, at learning rates up to
    `usam_full_gain`: what stability gains, $\frac{2G^2\rho}{n(1+\rho\mu)}$, against
    the floor $\frac{\beta\rho^2G^2}2$.
    """
    mu = np.asarray(mu, dtype=float)
    require("mu", mu, mu > 0, "> 0")
    return (np.sqrt(1 + 16 * mu / (n * np.asarray(beta, dtype=float))) - 1) / (2 * mu)


def ssam_beats_sam_from(
    eta: Any, mu: Any, beta: Any, rho: Any, length: Any, lipschitz: Any
) -> np.ndarray:
    r"""The n above which SSAM's stability bound is below SAM's, as T grows; $\mu > 0$.

    $\frac G{\beta\ell}\big(\frac{\eta\mu}{1-c} - 1\big)$, c SSAM's pair factor: SAM's,
    $\frac{2G^2}{n\mu} + \frac{2\beta\ell G}\mu$, does not fall with n. Infinite where
    c >= 1.

    Args:
        eta: learning rate, at most $2/(\beta+\mu)$.
        mu: least curvature.
        beta: largest.
        rho: SSAM's radius.
        length: $\ell$, SAM's radius.
        lipschitz: G.
    """
    c = factor("SSAM", eta, mu, beta, rho)
    slower = np.multiply(eta, mu) / np.where(c < 1, 1 - c, 1.0) - 1
    return np.where(c < 1, slower * lipschitz / np.multiply(beta, length), np.inf)


def bound_over_plain(
    method: str,
    eta: Any,
    mu: Any,
    beta: Any,
    rho: Any,
    steps: Any = np.inf,
    visited: bool = False,
) -> np.ndarray:
    r"""A method's stability bound over SGD's at the same learning rate, $c^T$ sums.

    Args:
        method: a label of `theory.uniform`.
        eta: learning rate.
        mu: least curvature, >= 0.
        beta: largest.
        rho: radius.
        steps: T; infinite: the limits, $1/(1-c)$.
        visited: G bounds gradients where a run is, and USAM's directions are bounded by
            $(1+\rho\beta)G$ (T1), SSAM's by G; else it bounds them at ascent points
            too, and all directions.

    Returns:
        Infinite where the method's bound is.
    """
    _, b = ascent_factors(mu, beta, rho)
    longer = b if visited and method == "USAM" else 1.0
    own, plain = (
        total(factor(label, eta, mu, beta, rho), steps) for label in (method, "GD")
    )
    known = np.isfinite(plain)
    return np.where(known, longer * own / np.where(known, plain, 1.0), np.nan)


def _units(mu: Any, beta: Any, rho: Any) -> tuple[np.ndarray, ...]:
    """a, b, mu, c and k in units of beta."""
    a, b = ascent_factors(mu, beta, rho)
    unit = np.divide(mu, beta)
    require("mu", unit, unit >= 0, ">= 0")
    return a, b, unit, (a + b) / 2, (1 - unit) / (1 + unit)
