r"""Bounds on the excess risk: stability plus optimisation error, T18.

The risk is the expected loss of a new sample. After T steps on n samples from $w_0$ the
mean $\bar w$ of $w_0, \dots, w_{T-1}$ has

$$E\,R(\bar w) - R(w^*) \le G\,E\|\bar w - \bar w'\| + E\,f(\bar w) - f(w^*),$$

stability (T17) plus optimisation error, f the mean loss of the samples, $w^*$ a
minimiser of the risk, $D = \|w_0 - w^*\|$. Losses are convex and $\beta$-smooth with
gradients of length at most G wherever the method takes one; `method` is a label of
`theory.uniform`. All functions broadcast.
Proofs: `paper_notes.md`, T18.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.convergence import pl_rate
from theory.regimes import ascent_factors, cosine, ssam_limit
from theory.step_factors import METHODS
from theory.uniform import uniform
from theory.value_rates import ssam_value_bound


def noisy_floor(
    method: str,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    reach: Any = np.inf,
    linear: bool = False,
) -> np.ndarray:
    r"""What the ascent adds to SGD's optimisation error, however small the step.

    SAM $\beta\rho^2/2$, USAM $\beta\rho^2G^2/2$. The renormalised directions are no
    gradients: SSAM $GW\sqrt{2(1-C)}$, C of T2, SSAM-N $W\beta\rho$ at most, where
    $\|w_t - w^*\| \le W$; both 0 if `linear`, being SGD (T16).

    Args:
        method: its label.
        rho: radius.
        mu: least curvature of every sample's loss, >= 0.
        beta: largest.
        lipschitz: G.
        reach: W, of a projected run.
        linear: as in `theory.uniform`, without a ridge.
    """
    rho, G = np.asarray(rho, dtype=float), np.asarray(lipschitz, dtype=float)
    if method == "GD" or (linear and method in ("SSAM", "SSAM-N")):
        return np.zeros(np.broadcast(rho, mu, beta, G).shape)
    if method in ("SAM", "USAM"):
        return beta * (rho if method == "SAM" else rho * G) ** 2 / 2
    turned = np.sqrt(2 * (1 - cosine(mu, beta, rho))) * G
    off = turned if method == "SSAM" else beta * rho
    return np.where(off > 0, np.where(off > 0, off, 1.0) * reach, 0.0)


def noisy(
    method: str,
    *,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    start: Any,
    steps: Any,
    reach: Any = np.inf,
    linear: bool = False,
) -> np.ndarray:
    r"""Bounds $Ef(\bar w) - f(w^*)$: $\frac{D^2}{2\eta T} + \frac{\eta G^2}2$ + floor.

    The floor is `noisy_floor`. Batches of any size are drawn anew in each step, and the
    run is projected on a convex set or not.

    Args:
        method: its label.
        eta: learning rate, > 0.
        rho: radius.
        mu: least curvature of every sample's loss, >= 0.
        beta: largest.
        lipschitz: G.
        start: D.
        steps: T.
        reach: W, see `noisy_floor`.
        linear: as there.
    """
    descended = np.square(start) / (2 * np.multiply(eta, steps))
    kept = eta * np.square(lipschitz) / 2
    return (
        descended + kept + noisy_floor(method, rho, mu, beta, lipschitz, reach, linear)
    )


def full_batch_limit(method: str, beta: Any, rho: Any) -> np.ndarray:
    r"""Up to which eta `full_batch` is proved; $s = \rho\beta$, 0 from $1+\sqrt2$ on.

    GD and SAM $1/\beta$; USAM $\frac1\beta(1 - \frac{s^2}{1+2s})$; SSAM $1/\beta$ to
    $s = \frac12$, then $\frac1\beta(2\sqrt{2(1+2s)} - 2 - 2s)$. SSAM-N: 0.
    """
    _, b = ascent_factors(0.0, beta, rho)
    s = b - 1
    share = {
        "GD": 1.0 + 0 * s,
        "SAM": 1.0 + 0 * s,
        "USAM": 1 - s**2 / (1 + 2 * s),
        "SSAM": np.where(s <= 0.5, 1.0, 2 * np.sqrt(2 + 4 * s) - 2 - 2 * s),
        "SSAM-N": 0 * s,
    }[_known(method)]
    return np.maximum(share, 0.0) / beta


def full_batch(
    method: str, *, eta: Any, rho: Any, beta: Any, start: Any, steps: Any
) -> np.ndarray:
    r"""$\frac1T\sum_{t<T}f(w_t) - f^* \le \frac{D^2}{2\eta T}$, without noise.

    SSAM's is $1 + \rho\beta$ times that, SAM's $\beta\rho^2/2$ more. But for SAM, f
    falls at every step, so that $f(w_T)$ is below it too.

    Args:
        method: its label.
        eta: learning rate.
        rho: radius.
        beta: smoothness of f, convex.
        start: D, to a minimiser of f.
        steps: T.

    Returns:
        Infinite above `full_batch_limit`.
    """
    _, b = ascent_factors(0.0, beta, rho)
    share = b if method == "SSAM" else 1.0
    floor = beta * np.square(rho) / 2 if method == "SAM" else 0.0
    found = share * np.square(start) / (2 * np.multiply(eta, steps)) + floor
    # The limit may round to below itself.
    proved = eta <= full_batch_limit(method, beta, rho) * (1 + 1e-12)
    return np.where(proved, found, np.inf)


def linear_rate(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""By which factor at most $f - f^*$ falls in a step without noise, $\mu > 0$.

    GD $\max(1-\eta\mu, \eta\beta-1)^2$; N4: USAM
    $\max(1-\eta\mu a, \eta\beta b-1)^2$, SSAM `value_rates.ssam_value_bound`
    squared; T10: SAM $1 - \mu\eta(2-\eta\beta)$, down to `pl.pl_floor`.

    Returns:
        Infinite where none is proved: beyond $2/\beta$, $2/(\beta b)$, T3's limit, and
        $1/\beta$ for SAM; for SSAM-N.
    """
    a, b = ascent_factors(mu, beta, rho)
    eta, mu, beta = (np.asarray(v, dtype=float) for v in (eta, mu, beta))
    limit = {
        "GD": 2 / beta,
        "USAM": 2 / (beta * b),
        "SAM": 1 / beta,
        "SSAM": ssam_limit(mu, beta, rho),
        "SSAM-N": 0.0,
    }[_known(method)]
    inside = np.where(eta <= limit, eta, np.where(limit > 0, limit, 1 / beta))
    if method == "SAM":
        factor = pl_rate(inside, mu, beta)
    elif method == "SSAM":
        factor = ssam_value_bound(inside, mu, beta, rho) ** 2
    else:
        low, high = (mu * a, beta * b) if method == "USAM" else (mu, beta)
        factor = np.maximum(1 - inside * low, inside * high - 1) ** 2
    return np.where(eta <= limit, factor, np.inf)


def excess_risk(
    method: str,
    *,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    start: Any,
    n: Any,
    steps: Any,
    batch: Any = 1,
    reach: Any = np.inf,
    linear: bool = False,
) -> np.ndarray:
    r"""Stability of the averaged point plus `noisy`: bounds $E R(\bar w) - R(w^*)$.

    Arguments as for `noisy` and `theory.uniform.distance`.
    """
    both = {"eta": eta, "rho": rho, "mu": mu, "beta": beta, "lipschitz": lipschitz}
    both |= {"steps": steps, "linear": linear}
    parted = uniform(method, n=n, batch=batch, averaged=True, **both)
    return parted + noisy(method, start=start, reach=reach, **both)


def tuned(lipschitz: Any, start: Any, n: Any, steps: Any) -> tuple[Any, Any]:
    r"""The best eta and its `excess_risk`, $\rho = 0$, c = 1: steps part no pairs.

    $\eta = \frac D{G\sqrt{T + 2T(T-1)/n}}$, $DG\sqrt{\frac1T + \frac{2(T-1)}{nT}}$, if
    that eta is in range: SGD's to $2/\beta$, and with it SSAM's one example of a linear
    model at a time; USAM's there and SAM's have their `noisy_floor` more.
    """
    spent = np.sqrt(steps * (1 + 2 * np.subtract(steps, 1) / n))
    return start / (lipschitz * spent), start * lipschitz * spent / steps


def _known(method: str) -> str:
    """The label, if it is one."""
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ValueError(f"Rates are known of {known}, got {method}.")
    return method
