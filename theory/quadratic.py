r"""Closed forms on quadratics $f(w) = \tfrac12 w^\top H w$: T4 to T8.

Throughout: eigenvalues $\lambda_i$; at a saddle $m$ is the smallest size of a negative
eigenvalue and $\lambda_+$ the largest positive one. Proofs: `paper_notes.md`; T9 is in
`theory.neighbourhood`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.quadratic import Quadratic
from theory.base import gradient_descent
from theory.method import Method


def multipliers(method: Method, eta: Any, spectrum: Any) -> np.ndarray:
    r"""T4: the factor of each eigenmode alone, by running the method once at w = 1.

    For linear methods (GD, USAM) these decide everything; for SSAM they hold on an
    eigenvector.

    Args:
        method: with a number as radius.
        eta: learning rate.
        spectrum: eigenvalues, shape `(...)`, each its own one-dimensional problem.
    """
    lam = np.asarray(spectrum, dtype=float)[..., None]
    x = np.ones_like(lam)
    d, _, _ = method.direction(x, method.init(x), Quadratic(lam).gradient)
    return gradient_descent.update(x, d, (), eta)[0][..., 0]


def linear_radius(method: Method, base: Any, eta: Any, spectrum: Any) -> np.ndarray:
    r"""T4: spectral radius of the step of a linear method with a linear base.

    The step runs once from each unit vector of (point, velocity): its matrix, exactly.

    Args:
        method: linear on quadratics; hyperparameters may be arrays `(..., 1)`.
        base: the base update, with a state of at most one velocity.
        eta: learning rate, `(...)`.
        spectrum: eigenvalues, `(...)`, each its own one-dimensional problem.
    """
    lam, eta = np.broadcast_arrays(np.asarray(spectrum, float), np.asarray(eta, float))
    zero, one = np.zeros_like(lam)[..., None], np.ones_like(lam)[..., None]
    gradient, columns = Quadratic(lam[..., None]).gradient, []
    for x, velocity in ((one, zero), (zero, one))[: 1 + len(base.init(zero))]:
        d, _, _ = method.direction(x, method.init(x), gradient)
        state = (velocity,) if base.init(zero) else ()
        x, state = base.update(x, d, state, eta[..., None])
        columns.append(np.concatenate([x, *state], axis=-1))
    return np.abs(np.linalg.eigvals(np.stack(columns, axis=-1))).max(axis=-1)


def gd_edge(eta: Any, momentum: float = 0.0) -> Any:
    r"""T4: GD with heavy ball is stable iff $0 < \lambda < 2(1+\beta_m)/\eta$."""
    return 2 * (1 + momentum) / eta


def usam_edge(eta: Any, rho: Any, momentum: float = 0.0) -> Any:
    r"""T4: the positive root of $\lambda(1 + \rho\lambda) = c$.

    $c = 2(1+\beta_m)/\eta$; $\lambda = (\sqrt{1 + 4\rho c} - 1)/(2\rho)$, in a form
    that gives the edge of GD at rho = 0.
    """
    c = gd_edge(eta, momentum)
    return 2 * c / (1 + np.sqrt(1 + 4 * rho * c))


def usam_is_stable(eta: Any, rho: Any, lam: Any, momentum: float = 0.0) -> Any:
    r"""T4: $0 < \lambda(1 + \rho\lambda) < 2(1+\beta_m)/\eta$, for lam of any sign."""
    k = lam * (1 + rho * lam)
    return (k > 0) & (k < gd_edge(eta, momentum))


def sam_cycle(eta: Any, rho: Any, lam: Any) -> Any:
    r"""T5: half-width $\eta\rho\lambda/(2 - \eta\lambda)$ of SAM's 2-cycle."""
    return eta * rho * lam / (2 - eta * lam)


def escape_time(growth: Any, start: Any, radius: Any) -> np.ndarray:
    r"""T6: the first t with $\|(a_i^t u_i)_i\| \ge R$ for modes of a linear map.

    With one growing mode of factor a and the others gone this is
    $\ln(R/|u_0|)/\ln a$, rounded up.

    Args:
        growth: the factors a, shape `(d,)`.
        start: coordinates u in the eigenbasis, `(..., d)`, inside the ball.
        radius: R.

    Returns:
        A whole number of steps, `(...)`; `inf` where no mode grows.
    """
    a, u = np.log(np.abs(growth) + 1e-300), np.asarray(start, dtype=float)
    with np.errstate(divide="ignore", over="ignore"):
        size = np.log(np.abs(u))

        def outside(t: np.ndarray) -> np.ndarray:
            return np.exp(2 * (size + t[..., None] * a)).sum(-1) >= radius**2

        # The sum of exponentials is convex in t: one crossing, then out for good.
        alone = np.where(a > 0, (np.log(radius) - size) / np.where(a > 0, a, 1), np.inf)
    high = np.ceil(alone.min(axis=-1))
    low = np.zeros_like(high)
    with np.errstate(over="ignore", invalid="ignore"):
        while np.any(np.isfinite(high) & (high - low > 1)):
            middle = np.where(np.isfinite(high), np.floor((low + high) / 2), 0)
            out = outside(middle)
            high = np.where(out & np.isfinite(high), middle, high)
            low = np.where(out, low, middle)
    return high


def weakest_descent(spectrum: Any) -> Any:
    r"""$m$: the smallest size of a negative eigenvalue; NaN where there is none.

    Args:
        spectrum: eigenvalues, `(..., d)`.
    """
    lam = np.asarray(spectrum, dtype=float)
    m = np.where(lam < 0, -lam, np.inf).min(axis=-1)
    return np.where(np.isfinite(m), m, np.nan)[()]


def usam_trap(spectrum: Any) -> Any:
    r"""T6, T8: USAM and SSAM are attracted by the saddle iff $\rho > 1/m$.

    (Given an eta below T4's edge for USAM, and $\eta\max|\lambda| < 2$ for SSAM.)
    """
    return 1 / weakest_descent(spectrum)


def sam_trap(rho: Any, spectrum: Any) -> Any:
    r"""T7: inside $\|Hw\| < \rho m$ no negative direction grows in its own sense."""
    return rho * weakest_descent(spectrum)


def sam_trap_is_invariant(eta: Any, spectrum: Any) -> Any:
    r"""T7a, any index: SAM maps $\|Hw\| \le \rho m$ into itself iff this holds.

    $\eta\max_i\lambda_i^2 \le m$.
    """
    lam = np.asarray(spectrum, dtype=float)
    return eta * (lam**2).max(axis=-1) <= weakest_descent(lam) * (1 + 1e-12)


def sam_threshold(spectrum: Any) -> Any:
    r"""T7b: $\eta^* = 2m/(\lambda_+(\lambda_+ + m))$: SAM stalls below, escapes above.

    Whatever rho, for index 1, $\lambda_+ \ge m$ and $\eta\lambda_+ < 2$. Proved beside
    the 2-cycle, numerical for all other starts. (For $\lambda_+ < m$ T7a holds up to
    $\eta = 1/m$; above it starts may leave.)

    Args:
        spectrum: eigenvalues, `(..., d)`.

    Returns:
        NaN where the spectrum has not exactly one negative, no zero and at least one
        positive eigenvalue, or where $\lambda_+ < m$.
    """
    lam = np.asarray(spectrum, dtype=float)
    one = ((lam < 0).sum(axis=-1) == 1) & (lam != 0).all(axis=-1)
    known = one & (lam.max(axis=-1) >= -lam.min(axis=-1))
    return np.where(known, bounce_threshold(lam), np.nan)[()]


def bounce_threshold(spectrum: Any) -> Any:
    r"""T7b: $2m/(\lambda_+(\lambda_+ + m))$, where m ceases to be held by the 2-cycle.

    That of the top positive direction; at any index, T7's hypotheses or not.
    """
    m, top = weakest_descent(spectrum), np.max(spectrum, axis=-1)
    with np.errstate(divide="ignore"):
        return 2 * m / (top * (top + m))


def sam_growth(eta: Any, spectrum: Any) -> Any:
    r"""T7b: the descending mode's factor $\varphi$ while the top one bounces.

    $\varphi = 1 + \eta m(1 - \rho m/G)$, $G = \eta\rho\lambda_+^2/(2 - \eta\lambda_+)$.
    """
    m, top = weakest_descent(spectrum), np.max(spectrum, axis=-1)
    return 1 + eta * m * (1 - m / (top * sam_cycle(eta, 1.0, top)))
