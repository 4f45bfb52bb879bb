r"""Two steps from two points: by how much they part at worst, N3, N6.

The class has curvature in $[\mu, \beta]$; $a = 1 + \rho\mu$, $b = 1 + \rho\beta$. All
functions broadcast. Proofs: `paper_notes.md`; functions that attain the factors:
`theory.pairs`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.regimes import ascent_factors
from theory.validate import require


def usam_pair_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N3: the worst $\|w^+ - v^+\|/\|w - v\|$ of two USAM steps, $\mu \ge 0$, exactly.

    The largest $\|D - \eta z\|$, $\|D\| = 1$, over z in the ball of diameter
    $[\mu y, \beta y]$ and $y = D + \rho u$ in that of $[aD, bD]$. In units of beta,
    with $c = (a+b)/2$, $r = (b-a)/2$, $e = 2/(\eta(1+\mu)) - c$:

    $$\text{factor}^2 = \frac{\eta}{2(1+\mu)}\bigl((1+\mu)^2 e + (1-\mu)^2 c\bigr)
    \Bigl(1 + \frac{r^2}{ce}\Bigr)$$

    where e > 0 and that y, at an angle to D, exists; else y = aD or bD, the factor of
    a quadratic, $\max(1 - \eta\mu a, \eta b - 1)$. For mu = 0 the first is
    $1 + \eta\rho^2/((2+\rho)(4 - (2+\rho)\eta))$.

    Args:
        eta: learning rate, > 0.
        mu: least curvature, >= 0.
        beta: largest curvature.
        rho: radius.
    """
    a, b = ascent_factors(mu, beta, rho)
    mu, eta = np.divide(mu, beta), np.multiply(eta, beta)
    require("mu", mu, mu >= 0, ">= 0")
    require("eta", eta, eta > 0, "> 0")
    c, r, e = (a + b) / 2, (b - a) / 2, 2 / (eta * (1 + mu)) - (a + b) / 2
    steep, flat = (1 + mu) ** 2 * e, (1 - mu) ** 2 * c
    # cos of the angle between y - cD and D, times its denominator.
    turn = flat * c * (e**2 + r**2) - steep * e * (c**2 + r**2)
    inside = (e > 0) & (np.abs(turn) <= 2 * c * e * r * (steep + flat))
    square = (steep + flat) * (1 + r**2 / (c * np.where(inside, e, 1.0)))
    straight = np.maximum(1 - eta * mu * a, eta * b - 1)
    bent = np.sqrt(np.where(inside, eta / (2 * (1 + mu)) * square, 0.0))
    return np.where(inside, bent, straight)


def usam_pair_slope(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N3, N6: `usam_pair_factor` is $1 - \eta\,\cdot$ this $+ O(\eta^2)$.

    In units of beta, with $c = (a+b)/2$ and $k = (1-\mu)/(1+\mu)$: $\mu a$ while
    $kc \le a$, else $\frac{1+\mu}4(ab/c - k^2c)$, negative iff T2's cosine is below
    k: then pairs part at every learning rate.
    """
    a, b = ascent_factors(mu, beta, rho)
    mu = np.divide(mu, beta)
    require("mu", mu, mu >= 0, ">= 0")
    c, k = (a + b) / 2, (1 - mu) / (1 + mu)
    bent = (1 + mu) / 4 * (a * b / c - k**2 * c)
    return beta * np.where(k * c <= a, mu * a, bent)


def usam_parting_radius(mu: Any, beta: Any) -> np.ndarray:
    r"""N3: the rho above which `usam_pair_slope` < 0; infinite to kappa = $3+2\sqrt2$.

    mu > 0; $\rho\beta = (q-1)/(1-q/\kappa)$, $q = ((\sqrt\kappa+1)/(\sqrt\kappa-1))^2$.
    """
    ascent_factors(mu, beta, 0.0)
    root = np.sqrt(np.divide(beta, mu))
    q = ((root + 1) / (root - 1)) ** 2
    finite = q < root**2
    return np.where(
        finite, (q - 1) / np.where(finite, 1 - q / root**2, 1) / beta, np.inf
    )


def coercive_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N6: $1 - a\eta\mu\beta/(\mu+\beta)$: the false lemma on USAM's pairs."""
    a, _ = ascent_factors(mu, beta, rho)
    return 1 - a * eta * mu * beta / np.add(mu, beta)


def coercive_radius(mu: Any) -> np.ndarray:
    r"""N6: for eta -> 0 and beta = 1 `coercive_factor` holds iff rho is at most this.

    $8\mu/((1+\mu)(1-4\mu-\mu^2))$, where `usam_pair_slope` is $a\mu/(1+\mu)$.
    Infinite if that is not in the lemma's range $\rho < 2/(1+\mu)$: from
    $\mu = \sqrt{17}-4 = .123$ on.
    """
    mu = np.asarray(mu, dtype=float)
    below = 1 - 4 * mu - mu**2
    inside = below > 4 * mu
    return np.where(inside, 8 * mu / ((1 + mu) * np.where(inside, below, 1)), np.inf)


def coercive_curvature() -> float:
    r"""N6: `coercive_factor` holds on its whole range iff $\mu/\beta$ is at least this.

    $(\sqrt[3]3 - 1)/2 = .2211$; below it quadratics refute it.
    """
    return (3 ** (1 / 3) - 1) / 2


def ssam_pair_limit(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N3: two SSAM steps never part only if $\eta \le 2a/(\beta b)$; 0 if a <= 0.

    With both points far out along the flat axis of diag(beta, mu), $\gamma \to 1/a$,
    and apart along the steep one the factor tends to $|1 - \eta\beta b/a|$. Not
    sufficient.
    """
    a, b = ascent_factors(mu, beta, rho)
    return np.maximum(2 * a / (beta * b), 0.0)
