r"""USAM's worst step to the minimiser, on a whole class of functions: N1.

The class has curvature in $[\mu, \beta]$, $\mu \ge 0$, and a minimiser $w^*$. With
$\beta = 1$ (else $\eta\beta$, $\mu/\beta$ and $\rho\beta$ for $\eta$, $\mu$ and
$\rho$), $s = \rho$, $a = 1 + s\mu$, $b = 1 + s$, $c = 1 - \mu$ and $k = s - a$:
up to $s = a$, that is $\rho(\beta - \mu) = 1$, quadratics are the worst functions,
beyond it functions of two variables between two learning rates. Proofs:
`paper_notes.md`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from landscapes.interpolant import Interpolant
from theory.regimes import ascent_factors
from theory.validate import require


class Scaled(NamedTuple):
    r"""The class and the radius at $\beta = 1$, broadcast."""

    mu: np.ndarray
    s: np.ndarray
    a: np.ndarray
    b: np.ndarray
    k: np.ndarray


def scaled(mu: Any, beta: Any, rho: Any) -> Scaled:
    r"""$\mu/\beta, s, a, b$ and $k = s - a$, in $\rho(\beta - \mu) = 1 + k$.

    Args:
        mu: least curvature, >= 0.
        beta: largest curvature, > 0 and >= mu.
        rho: radius, >= 0.

    Raises:
        ValueError: a number is out of range.
    """
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu, dtype=float), np.asarray(mu) >= 0, ">= 0")
    least, s = np.divide(mu, beta), np.multiply(rho, beta)
    return Scaled(*np.broadcast_arrays(least, s, a, b, s - a))


def quadratic_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""$\max_\lambda |1 - \eta\lambda(1 + \rho\lambda)|$ over $[\mu, \beta]$, an end's.

    Args:
        eta: learning rate, >= 0.
        mu: see `scaled`.
        beta: see `scaled`.
        rho: see `scaled`.
    """
    m, _, a, b, _ = scaled(mu, beta, rho)
    e = np.multiply(eta, beta)
    require("eta", np.asarray(eta, dtype=float), e >= 0, ">= 0")
    return np.maximum(np.abs(1 - e * m * a), np.abs(1 - e * b))


def quadratic_radius(mu: Any, beta: Any) -> np.ndarray:
    r"""N1: $1/(\beta - \mu)$; quadratics are the worst at every eta iff rho <= this."""
    scaled(mu, beta, 0.0)
    span = np.subtract(beta, mu, dtype=float)
    return np.divide(1, span, where=span > 0, out=np.full_like(span, np.inf))


def bent_rates(mu: Any, beta: Any, rho: Any) -> tuple[np.ndarray, np.ndarray]:
    r"""N1: quadratics are not the worst iff eta > 0 is between these two.

    $\frac{3a-s}{a(1+a+\mu a)}$, which is <= 0 from $s = 3a$ on, and
    $\frac{3s-a}{s^2+as+s-a}$, over beta; NaN where $s \le a$: there they always are.
    """
    m, s, a, _, k = scaled(mu, beta, rho)
    bent = k > 0
    low = np.where(bent, (3 * a - s) / (a * (1 + a + m * a)), np.nan)
    above = np.where(bent, s * (s + a) + k, np.nan)
    return low / beta, (3 * s - a) / above / beta


def worst_cosine(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N1: $\cos\theta$ of the worst function, `bent`; 1 or -1: a quadratic.

    Between the `bent_rates`, with $z = \frac{(a+s)(1-\eta a)}{4(1-\eta a)-\eta ck}$,
    $\cos\theta = (2z - a - s)/k$. Elsewhere -1 stands for $\frac\mu2x^2$ and 1 for
    $\frac\beta2x^2$.
    """
    m, s, a, b, k = scaled(mu, beta, rho)
    low, high = bent_rates(mu, beta, rho)
    e = np.multiply(eta, beta)
    within = (e > 0) & (low < eta) & (eta < high)
    left = np.where(within, 1 - e * a, np.nan)
    z = (a + s) * left / (4 * left - e * (1 - m) * k)
    end = np.where(e * b - 1 > 1 - e * m * a, 1.0, -1.0)
    return np.where(within, (2 * z - a - s) / np.where(within, k, 1.0), end)


def worst_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N1: the largest $\|w^+ - w^*\|/\|w - w^*\|$, in two dimensions or more.

    `quadratic_factor`, and between the `bent_rates` the root of

    $$1 + \eta\frac{a(2 - k - 2a\eta)^2 - \mu bk^2}{k(4 - \eta(4a + ck))}.$$

    Args:
        eta: learning rate, >= 0.
        mu: see `scaled`.
        beta: see `scaled`.
        rho: see `scaled`.
    """
    straight = quadratic_factor(eta, mu, beta, rho)
    m, _, a, b, k = scaled(mu, beta, rho)
    low, high = bent_rates(mu, beta, rho)
    e = np.multiply(eta, beta)
    within = (e > 0) & (low < eta) & (eta < high)
    under = np.where(within, k * (4 - e * (4 * a + (1 - m) * k)), 1.0)
    gain = e * (a * (2 - k - 2 * a * e) ** 2 - m * b * k**2) / under
    return np.where(within, np.sqrt(np.where(within, 1 + gain, 1.0)), straight)


def distance_limit(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N1: $\|w^+ - w^*\| \le \|w - w^*\|$ for all f, w iff eta is at most this.

    With $\sigma = \sqrt{\mu b/a}$: $2/b$ where $s(1 - \sigma) \le 1$ (quadratics'),
    else $\frac{2 - k(1 - \sigma)}{2a}$, 0 (no eta > 0) where that is negative; over
    beta. For $\mu = 0$ this is T14's limit.
    """
    m, s, a, b, k = scaled(mu, beta, rho)
    short = 1 - np.sqrt(m * b / a)
    bent = np.maximum(2 - k * short, 0) / (2 * a)
    return np.where(s * short <= 1, 2 / b, bent) / beta


def best_rate(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N1: the eta of the least `worst_factor`; mu > 0.

    $\frac2{b + \mu a}$ for $s \le a$, quadratics'; else, where `distance_limit` is
    positive, $\frac{4z-a-s}{a(4z-a-s)+ckz}$ with $z = a\frac{3(a+s)+\sqrt{(a+s)^2
    -8k}}{2(4a+ck)}$, and 0 where it is 0; over beta.
    """
    m, s, a, b, k = scaled(mu, beta, rho)
    require("mu", m, m > 0, "> 0")
    both, k = a + s, np.maximum(k, 0)
    root = np.sqrt(both**2 - 8 * k)
    z = a * (3 * both + root) / (2 * (4 * a + (1 - m) * k))
    lift = np.where(distance_limit(mu, beta, rho) > 0, 4 * z - both, 0.0)
    bent = lift / (a * lift + (1 - m) * k * z)
    return np.where(k > 0, bent, 2 / (b + m * a)) / beta


def limit_bend(kappa: Any) -> np.ndarray:
    r"""N1: the $s$ up to which `distance_limit` is quadratics' $2/(\beta b)$.

    $\frac{t-1}{t-5}$, $t = \sqrt{1 + 8\kappa}$, $\kappa = \beta/\mu$; infinite for
    $\kappa \le 3$.
    """
    kappa = np.asarray(kappa, dtype=float)
    require("kappa", kappa, kappa >= 1, ">= 1")
    t = np.sqrt(1 + 8 * kappa)
    return np.divide(t - 1, t - 5, where=kappa > 3, out=np.full_like(t, np.inf))


def limit_end(kappa: Any) -> np.ndarray:
    r"""N1: the $s$ from which on `distance_limit` is 0.

    $\frac{3+r}{(1+r)(1-2r-r^2)}$, $r = \sqrt{1/\kappa}$; infinite for
    $\kappa \le (1+\sqrt2)^2 = 5.83$.
    """
    kappa = np.asarray(kappa, dtype=float)
    require("kappa", kappa, kappa >= 1, ">= 1")
    r = 1 / np.sqrt(kappa)
    left = 1 - 2 * r - r**2
    ends = np.divide(3 + r, left, where=left > 0, out=np.full_like(r, np.inf))
    return ends / (1 + r)


def bent(mu: float, rho: float, cos: float) -> Interpolant:
    r"""N1: a worst function of two variables; beta = 1, minimiser 0.

    A step from its second point, $w = (1, 0)$, has `worst_factor` if cos is the
    `worst_cosine`.

    Args:
        mu: least curvature, in [0, 1).
        rho: radius, above $1/(1 - \mu)$.
        cos: $\cos\theta$, in (-1, 1).
    """
    data = bent_data(mu, rho, cos, np.sqrt(1 - cos**2))
    return Interpolant(*(np.array(p, dtype=float) for p in data), mu, 1.0, "bent")


def bent_data(mu: Any, s: Any, cos: Any, sin: Any) -> tuple[list, list, list]:
    r"""Points, gradients and values of `bent`, of the numbers' own kind.

    The points are 0, $w = (1, 0)$ and its ascent point; $v = (\cos\theta, \sin\theta)$,
    $z = \frac{a+s}2 + \frac{s-a}2\cos\theta$,

    $$g = \tfrac{1+\mu}2w + \tfrac{1-\mu}2v, \qquad g' = aw + (1-\mu)zv.$$
    """
    a, c = 1 + s * mu, 1 - mu
    z = (a + s) / 2 + (s - a) * cos / 2
    g = [(1 + mu + c * cos) / 2, c * sin / 2]
    x = [1 + s * g[0], s * g[1]]
    top = [a + c * z * cos, c * z * sin]
    shifted = [t - mu * p for t, p in zip(top, x, strict=True)]
    convex = sum(t * (p - t / (2 * c)) for t, p in zip(shifted, x, strict=True))
    value = convex + mu * sum(p * p for p in x) / 2
    return [[0, 0], [1, 0], x], [[0, 0], g, top], [0, g[0] / 2, value]
