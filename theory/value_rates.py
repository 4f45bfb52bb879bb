r"""How far one step of USAM or SSAM lowers f at least, and what it does to g: N4.

The class has curvature in $[\mu, \beta]$, $\mu \ge 0$; $a = 1 + \rho\mu$,
$b = 1 + \rho\beta$. All functions broadcast. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.regimes import ascent_factors, cosine
from theory.validate import require


def usam_value_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: the worst $\sqrt{(f(w^+)-f^*)/(f(w)-f^*)}$ of USAM, $\eta \le 2/(\beta b)$.

    $\max(1 - \eta\mu a, \eta\beta b - 1)$, the quadratics'; $\mu \ge 0$. Least at
    $\eta = 2/(\mu a + \beta b)$.
    """
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu), np.asarray(mu) >= 0, ">= 0")
    steep = np.multiply(eta, beta * b)
    # (2/(beta b)) beta b may round to above 2.
    require(
        "eta", np.asarray(eta), (steep > 0) & (steep <= 2 + 1e-12), "in (0, 2/(beta b)]"
    )
    return np.maximum(1 - np.multiply(eta, mu * a), steep - 1)


def ssam_value_bound(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: at least SSAM's worst $\sqrt{(f(w^+)-f^*)/(f(w)-f^*)}$, eta in T3's range.

    With T2's cosine C and beta = 1 the larger root of
    $\sigma^2 - \eta C(1-\mu)\sigma = 1 + \mu\eta^2 - \eta C(1+\mu)$: it holds for all
    directions as long as g and at a cosine of at least C to it. For C = 1 it is
    GD's; 1 at T3's limit and for mu = 0.
    """
    C = cosine(mu, beta, rho)
    eta, mu = np.multiply(eta, beta), np.divide(mu, beta)
    require("mu", mu, mu >= 0, ">= 0")
    # 2 C may round to above itself.
    require("eta", eta, (eta > 0) & (eta <= 2 * C + 1e-12), "in T3's range")
    half = eta * C * (1 - mu) / 2
    return half + np.sqrt(half**2 + 1 + mu * eta**2 - eta * C * (1 + mu))


def best_value_factor(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: USAM's and SSAM's worst factor at its own `best_value_step`, mu > 0.

    Both $(\beta b - \mu a)/(\beta b + \mu a)$: gradient descent's with
    $\kappa b/a$ for $\kappa$. No other learning rate has a smaller one.
    """
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu), np.asarray(mu) > 0, "> 0")
    return (beta * b - mu * a) / (beta * b + mu * a)


def best_value_step(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: of `usam`, $2/(\beta b + \mu a)$; of `ssam`, $\sqrt{ab}$ times as long."""
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu), np.asarray(mu) > 0, "> 0")
    return {"usam": 2.0, "ssam": 2 * np.sqrt(a * b)}[method] / (beta * b + mu * a)


def ssam_gradient_bound(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N4: SSAM's $\|\nabla f(w^+)\|/\|g\|$ is at most this; $\mu \ge 0$.

    $\sqrt{1 + \eta^2m^2 - 2\eta mC} + \eta\delta$, $m, \delta = (\beta \pm \mu)/2$,
    with T2's cosine C.
    """
    C = cosine(mu, beta, rho)
    require("mu", np.asarray(mu), np.asarray(mu) >= 0, ">= 0")
    require("eta", np.asarray(eta), np.asarray(eta) > 0, "> 0")
    m, spread = np.add(beta, mu) / 2, np.subtract(beta, mu) / 2
    return np.sqrt(1 + (eta * m) ** 2 - 2 * eta * m * C) + eta * spread
