r"""Stability: how far a method's runs part on neighbouring data sets: T16, L10, L11.

Two data sets of n samples are neighbours if they differ in one
(`theory.neighbours`). A method is
$\varepsilon$-uniformly stable if, after T steps on neighbours, no sample's expected
loss differs by more than $\varepsilon$; then its expected generalisation gap is at
most $\varepsilon$. $\eta$ learning rates, $\beta$ the smoothness and G the Lipschitz
constant of every sample's loss. All bounds broadcast. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def expansion(eta: Any, mu: Any, beta: Any) -> np.ndarray:
    r"""L11, Lemma 3.6: $\|w^+ - v^+\| \le c\,\|w - v\|$ for a gradient step, c here.

    $1 + \eta\beta$ for any smooth f ($\mu < 0$); 1 for convex f ($\mu = 0$) and
    $\eta \le 2/\beta$; $1 - \eta\beta\mu/(\beta+\mu)$ for $\mu > 0$ and
    $\eta \le 2/(\beta+\mu)$. (For $\mu > 0$ the best c is $1 - \eta\mu$.)
    """
    eta, mu, beta = (np.asarray(v, dtype=float) for v in (eta, mu, beta))
    shrunk = 1 - eta * beta * np.maximum(mu, 0) / (beta + np.maximum(mu, 0))
    return np.where(mu < 0, 1 + eta * beta, shrunk)


def convex_stability(eta_sum: Any, lipschitz: Any, n: Any) -> Any:
    r"""L11, Thm 3.7: $\frac{2G^2}{n}\sum_t \eta_t$, convex f, $\eta_t \le 2/\beta$."""
    return 2 * lipschitz**2 * eta_sum / n


def pair_stability(factor: Any, eta: Any, lipschitz: Any, n: Any, steps: Any) -> Any:
    r"""$\frac{2G^2\eta}{n}\,\frac{c^T-1}{c-1}$, from a pair factor c.

    For a method whose step on every sample is c-Lipschitz and whose direction is at
    most G long. `convex_stability` at c = 1.
    """
    growth = np.subtract(factor, 1.0)
    safe = np.where(growth == 0, 1.0, growth)
    total = np.expm1(steps * np.log1p(growth)) / safe
    total = np.where(growth == 0, steps, total)
    return convex_stability(eta * total, lipschitz, n)


def nonconvex_stability(c: Any, beta: Any, lipschitz: Any, n: Any, steps: Any) -> Any:
    r"""L11, Thm 3.8: f in [0, 1], learning rates that do not rise, $\eta_t \le c/t$.

    $$\frac{1 + 1/(\beta c)}{n-1}\,(2cG^2)^{1/(\beta c+1)}\,
      T^{\beta c/(\beta c+1)}.$$
    """
    power = 1 / (beta * c + 1)
    head = (1 + 1 / (beta * c)) / (n - 1) * (2 * c * lipschitz**2) ** power
    return head * steps ** (1 - power)


def sam_stability(
    eta: Any, beta: Any, rho: Any, radius: Any, distance: Any, n: Any, steps: Any
) -> Any:
    r"""L10: a bound on $\varepsilon = \frac1n\sum_i E\|w_T - w_T^{(i)}\|^2$ of SAM.

    $$\varepsilon \le 24\eta\beta\rho^2T + \frac{96\eta\beta TD^2}{n^2}
      + \frac{768\eta^2\beta^2T^2\max(\rho-r_0,0)^2}{n^2}.$$

    Args:
        eta: learning rate, at most $1/(4\beta)$.
        beta: smoothness of every loss; they are convex and >= 0.
        rho: radius of SAM's ascent.
        radius: $r_0$, of a ball about $w^*$ on which every loss is 0.
        distance: $D = \|w_1 - w^*\|$.
        n: the number of samples.
        steps: T.
    """
    excess = np.maximum(np.subtract(rho, radius), 0)
    reach = 96 * distance**2 + 768 * eta * beta * steps * excess**2
    return eta * beta * steps * (24 * rho**2 + reach / n**2)


def sam_growth(eta: Any, beta: Any, rho: Any, n: Any, steps: Any, q: Any) -> Any:
    r"""L10, ours: $T\eta^2\beta^2\rho^2(1 - 1/n)^2(1 - 3q)^2$, parted at least.

    By two neighbouring data sets in T dimensions; q is the ratio of slopes there, at
    most 1/8.
    """
    return steps * (eta * beta * rho * (1 - 1 / n) * (1 - 3 * q)) ** 2
