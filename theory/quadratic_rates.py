r"""How fast methods end up converging on a positive-definite quadratic: N9.

The factor of $\|w - w^*\|$ per step, in the limit, from almost every start. The
spectrum lies in $[\mu, \beta]$ and has both ends; $a = 1 + \rho\mu$,
$b = 1 + \rho\beta$. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.regimes import ascent_factors
from theory.usam_distance import quadratic_factor
from theory.validate import require

METHODS = ("gd", "usam", "ssam", "ssam-n")


def condition(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N9: $q$, of which the method's best factor is $(q-1)/(q+1)$.

    $\kappa$ of `gd`, $\kappa b/a$ of `usam` and `ssam`, $\kappa^2$ of `ssam-n`,
    whatever its radius > 0: as $g \to 0$ its ascent is long.
    """
    a, b = ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu, dtype=float), np.asarray(mu) > 0, "> 0")
    kappa = np.divide(beta, mu)
    powers = {"gd": 1.0, "usam": b / a, "ssam": b / a, "ssam-n": kappa}
    return kappa * np.where(np.asarray(rho) > 0, powers[method], 1.0)


def best_factor(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """N9: the least of `factor` over all learning rates, $(q-1)/(q+1)$."""
    q = condition(method, mu, beta, rho)
    return (q - 1) / (q + 1)


def best_rates(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N9: the ends of the learning rates at which `factor` is least, `(2, ...)`.

    One rate of GD and USAM; of a renormalised method the interval
    $[\frac{2}{\mu(q+1)}, \frac{2q}{\beta(q+1)}]$.
    """
    q = condition(method, mu, beta, rho)
    if method in ("gd", "usam"):
        a, b = ascent_factors(mu, beta, 0.0 if method == "gd" else rho)
        return np.stack([2 / (mu * a + beta * b)] * 2)
    return np.stack([2 / (mu * (q + 1)), 2 * q / (beta * (q + 1))])


def factor(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N9: $\lim\|w_t\|^{1/t}$ from almost every start.

    GD $\max(1-\eta\mu, \eta\beta-1)$; USAM $\max(1-\eta\mu a, \eta\beta b-1)$, its
    linear map's; SSAM and SSAM-N, for $\eta < 2/\beta$, **GD's or `best_factor`,
    whichever is larger**: a plateau between two of GD's branches.

    Args:
        method: one of `METHODS`.
        eta: learning rate, > 0.
        mu: least eigenvalue, > 0.
        beta: largest eigenvalue.
        rho: radius; of `ssam-n` only whether it is > 0 counts.
    """
    if method == "usam":
        return quadratic_factor(eta, mu, beta, rho)
    plain = quadratic_factor(eta, mu, beta, 0.0)
    if method == "gd":
        return plain + 0.0 * np.asarray(rho)
    return np.maximum(plain, best_factor(method, mu, beta, rho))
