r"""How far a step lowers f at least under the Polyak-Lojasiewicz inequality: N9.

f need not be convex: its curvature lies in $[\ell, \beta]$, $|\ell| \le \beta$, and
$\|\nabla f\|^2 \ge 2\mu(f - f^*)$ where the run is; $a = 1 + \rho\ell > 0$,
$b = 1 + \rho\beta$. With $h(t) = t(2 - \beta t)$ the factor of $f - f^*$ is at most

$$1 - \mu h(\eta),\qquad 1 - \mu\min(h(\eta a), h(\eta b)),\qquad
  1 - \mu\eta(2C - \beta\eta)$$

for GD, USAM and SSAM, C being T2's cosine. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.regimes import ascent_factors, cosine
from theory.validate import require


def pl_factor(
    method: str, eta: Any, mu: Any, low: Any, beta: Any, rho: Any
) -> np.ndarray:
    r"""The factor of $f - f^*$ in a step, where it is at most 1.

    That is up to T3's limit of eta; beyond it says nothing.

    Args:
        method: `gd`, `usam` or `ssam`.
        eta: learning rate, > 0.
        mu: of the inequality, > 0.
        low: least curvature, of any sign.
        beta: largest size of a curvature.
        rho: radius, with $1 + \rho\ell > 0$.
    """
    a, b = ascent_factors(low, beta, rho)
    require("mu", np.asarray(mu, dtype=float), np.asarray(mu) > 0, "> 0")
    require("1 + rho low", a, a > 0, "> 0")

    def gain(t: Any) -> Any:
        return t * (2 - beta * t)

    if method == "gd":
        return 1 - mu * gain(eta) + 0 * a
    if method == "usam":
        return 1 - mu * np.minimum(gain(eta * a), gain(eta * b))
    return 1 - mu * eta * (2 * cosine(low, beta, rho) - beta * eta)


def log_square_constant(least: float, most: float) -> float:
    r"""The PL constant of $\sum\log(1+(Ax-b)_i^2)$ where its value is at most `most`.

    There every $r_i^2 \le e^{\text{most}} - 1$, and
    $\|\nabla f\|^2 \ge \sigma^2\sum\frac{4r_i^2}{(1+r_i^2)^2}$, $\sigma$ the least
    singular value of A; $r^2/((1+r^2)^2\log(1+r^2))$ falls in $r$.
    """
    top = np.exp(most)  # 1 + r^2
    return float(2 * least**2 * (top - 1) / (top**2 * most))
