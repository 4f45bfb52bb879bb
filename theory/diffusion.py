r"""Exact second moments of linear stochastic methods: L4, L5, L22, L23.

One direction of a quadratic, $f = \lambda x^2/2$ with $\lambda$ of either sign, started
at 0. Noise of variance q a step is in the gradient; $t = \eta T$ after T steps. USAM's
drift is $k = \lambda(1 + \rho\lambda)$, SGD's $k = \lambda$. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from landscapes.finite_sum import FiniteSum


def usam_drift(rho: Any, lam: Any) -> Any:
    r"""$k = \lambda(1 + \rho\lambda)$."""
    return lam * (1 + rho * lam)


def variance(eta: Any, k: Any, q: Any, steps: Any) -> Any:
    r"""L4: $E x_T^2 = \eta^2 q\,(a^{2T} - 1)/(a^2 - 1)$, $a = 1 - \eta k$.

    The linear map $x^+ = ax - \eta\xi$ from 0; $\eta^2 qT$ where $a^2 = 1$.
    """
    excess = eta * k * (eta * k - 2)  # a^2 - 1
    with np.errstate(divide="ignore"):  # a = 0: one step's noise is all there is
        growth = np.expm1(steps * np.log1p(excess))
    ratio = np.where(excess == 0, steps, growth / np.where(excess == 0, 1, excess))
    return eta**2 * q * ratio


def reported_gap(eta: Any, rho: Any, lam: Any, B: Any, t: Any) -> Any:
    r"""L4 as reported: $2\eta t^2|\lambda|^3\rho/B$ for SGD's variance less SAM's."""
    return 2 * eta * t**2 * abs(lam) ** 3 * rho / B


def descent_gap(eta: Any, rho: Any, lam: Any, B: Any, t: Any) -> Any:
    r"""L4, noise in the descent gradient only: $\eta t^2|\lambda|^3\rho/B$.

    First order in $|\lambda|t$, for noise of variance $|\lambda|/B$.
    """
    return eta * t**2 * abs(lam) ** 3 * rho / B


def minibatch_gap(eta: Any, rho: Any, lam: Any, B: Any, t: Any) -> Any:
    r"""L4, the same noise in ascent and descent: $-2\eta t\lambda|\lambda|\rho/B$.

    Positive where $\lambda < 0$. First order in $\rho|\lambda|$ and in $|\lambda|t$.
    """
    return -2 * eta * t * lam * abs(lam) * rho / B


def heavy_ball_variance(eta: Any, k: Any, q: Any, momentum: Any, steps: int) -> Any:
    r"""L5: $E x_T^2$ of heavy ball by the recursion of second moments.

    With $z = (x, v)$, $z^+ = Az + \xi b$,
    $A = \begin{pmatrix}1-\eta k & -\eta\beta_m\\ k & \beta_m\end{pmatrix}$,
    $b = (-\eta, 1)$: $S^+ = ASA^\top + q\,bb^\top$ from $S = 0$. Arrays broadcast.
    """
    xx = xv = vv = 0.0 * (eta * k * momentum)
    a, c = 1 - eta * k, -eta * momentum
    for _ in range(steps):
        xx, xv, vv = (
            a * a * xx + 2 * a * c * xv + c * c * vv + q * eta**2,
            a * k * xx + (a * momentum + c * k) * xv + c * momentum * vv - q * eta,
            k * k * xx + 2 * k * momentum * xv + momentum**2 * vv + q,
        )
    return xx


def heavy_ball_diffusion(eta: Any, k: Any, q: Any, momentum: Any, t: Any) -> Any:
    r"""L5, our reading: $\frac{\eta q}{2k(1-\beta_m)}(1 - e^{-2kt/(1-\beta_m)})$.

    For $k^2\eta t \ll (1-\beta_m)^3$ and $t(1-\beta_m) \gg \eta$.
    """
    return -eta * q / (2 * k * (1 - momentum)) * np.expm1(-2 * k * t / (1 - momentum))


def sharpness_drift(
    f: FiniteSum, x: np.ndarray, rho: Any, m: float, replacement: bool
) -> np.ndarray:
    r"""L22: $\nabla(f + \frac\rho2\|\nabla f\|^2 + \frac{c\rho}{2m}\mathrm{tr}V)$.

    V is the covariance of the samples' gradients; c is 1 for micro-batches of m drawn
    with replacement, $(N-m)/(N-1)$ without. $m = \infty$ is the full batch.

    Args:
        f: the mean of N losses.
        x: points, `(..., d)`.
        rho: radius.
        m: size of a micro-batch.
        replacement: how it is drawn.

    Returns:
        The gradient of the potential, `(..., d)`.
    """
    g, Hg = f.gradient(x), f.hvp(x, f.gradient(x))
    if m == np.inf:
        return g + rho * Hg
    c = 1.0 if replacement else (f.n - m) / (f.n - 1)
    # grad tr V / 2 = (1/N) sum H_i g_i - H g, and each H_i g_i is f_i's own product.
    alone = [f.restrict(np.array([i])) for i in range(f.n)]
    own = sum(one.hvp(x, one.gradient(x)) for one in alone) / f.n
    return g + rho * Hg + rho * c / m * (own - Hg)


def seen(n: int, sigma: int, B: int) -> np.ndarray:
    r"""L23: probabilities that a mini-batch has c = 0, 1, ... of $\sigma$ examples.

    Drawn without replacement, B of n: hypergeometric, shape `(min(sigma, B) + 1,)`.
    """
    ways = [comb(sigma, c) * comb(n - sigma, B - c) for c in range(min(sigma, B) + 1)]
    return np.array([w / comb(n, B) for w in ways])


def mean_square_limit(n: int, sigma: int, B: int) -> float:
    r"""L23: SGD's first coordinate contracts in mean square iff $\eta$ is below this.

    $1/(1 + (n/\sigma - 1)\frac{n-B}{B(n-1)})$: $2E h/E h^2$ for the curvature h that a
    mini-batch of the rank-one family has there, of mean 2.
    """
    return 1 / (1 + (n / sigma - 1) * (n - B) / (B * (n - 1)))


def coherence_step(n: int, sigma: int, B: int, rho: Any = 0.0, alpha: Any = 1.0) -> Any:
    r"""L23: the learning rate from which on the rank-one family is said to diverge.

    $\lambda_{\max} = \frac\sigma\eta(\frac nB-1)^{-1/2}
    (1 + \rho\lambda_{\min}/\alpha)^{-1}$ with $\lambda_{\max} = 2$ and
    $\lambda_{\min} = 2/\sigma$, as reported of
    Chang and Khanna, arXiv 2511.17378.
    """
    return sigma / 2 / (n / B - 1) ** 0.5 / (1 + rho * (2 / sigma) / alpha)


def sam_mean_square(n: int, sigma: int, B: int, eta: float, rho: float, T: int) -> Any:
    r"""L23, ours: $E\|w_T\|^2 \le (q^T + \eta\rho\Lambda\frac{1-q^T}{1-q})^2$ for SAM.

    From $\|w_0\| = 1$ on the rank-one family, $q^2$ the larger of $E(1-\eta h)^2$ over
    its two kinds of coordinates, $\Lambda^2 = E\lambda_{\max}(H_S)^2$; $q < 1$.
    """
    one = 2 * n / sigma / B
    c = np.arange(min(sigma, B) + 1)
    first, other = seen(n, sigma, B), seen(n, 1, B)
    factor = [(p * (1 - eta * one * c[: len(p)]) ** 2).sum() for p in (first, other)]
    # Some other coordinate is seen unless the batch has none but the sigma examples.
    top = np.maximum(c, B > c)
    q, size = max(factor) ** 0.5, one * (first @ top**2.0) ** 0.5
    return (q**T + eta * rho * size * (1 - q**T) / (1 - q)) ** 2
