r"""Two SSAM steps from two points, exactly: N3.

The class has curvature in $[\mu, \beta]$; $a = 1 + \rho\mu$, $b = 1 + \rho\beta$. With
complex U, W on the circle of diameter $[\mu, \beta]$, V on that of $[a, b]$ and

$$A = UV/|V|, \qquad B = (1 + \rho U)W/|V|$$

a short difference D of two points becomes $(1 - \eta(A+B)/2)D$, turned and stretched,
and $\eta(A-B)/2$ times its mirror image. Proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize

from theory.regimes import ascent_factors
from theory.validate import require

# N3: as shares of beta. From the first on no pair parts at small learning rates; up to
# the second some pair parts at every learning rate, whatever the radius.
SAFE_CURVATURE = 2 - 3**0.5
PARTING_CURVATURE = 3 - 2 * 2**0.5
# Points a circle, and how many of the best are refined.
CIRCLE, REFINED = 40, 6


def parting_slope(mu: float, beta: float, rho: float) -> float:
    r"""N3: the least $|V|\langle D, q\rangle$, $\|D\| = 1$, in units of beta.

    Two steps take D to $D - \eta q$ in the limit of two near points, so for $\rho > 0$
    some pair parts at every learning rate if this is < 0, none at small ones if > 0.
    With $D = xe' + sn$, $\bar\mu = (1+\mu)/2$, $\delta = (1-\mu)/2$ it is the least of

    $$x\langle u, e'\rangle + \bar\mu s^2 + \rho\bar\mu\langle D, u\rangle
    - \rho\delta x\|u\| - \delta s\|D + \rho u\|$$

    over u on the sphere of diameter $[\mu D, D]$: concave in rho.

    Args:
        mu: least curvature, >= 0.
        beta: largest curvature.
        rho: radius.
    """
    mu, rho = _units(mu, beta, rho)
    middle, spread = (1 + mu) / 2, (1 - mu) / 2

    def slope(angles: Any) -> Any:
        t, turn = angles
        x, s, u = np.cos(t), np.sin(t), middle + spread * np.exp(1j * turn)
        along = x * u.real - s * np.abs(u.imag)
        ahead = middle * (s**2 + rho * u.real) + x * along
        return ahead - spread * (rho * x * np.abs(u) + s * np.abs(1 + rho * u))

    quarter, half = np.linspace(0, np.pi / 2, 181), np.linspace(0, np.pi, 361)
    return _least(slope, np.meshgrid(quarter, half, indexing="ij"))


def parting_radius(mu: float, beta: float) -> float:
    r"""N3: the radius from which on SSAM's pairs part at every learning rate.

    0 (but $\rho > 0$) for $\kappa \ge 3 + 2\sqrt2$, infinite for
    $\kappa \le 2 + \sqrt3$, between them the root of `parting_slope`.
    """
    low, high = parting_radius_bounds(mu, beta)
    if not 0 < high < np.inf:
        return high
    # Beyond rounding: where the bounds nearly meet, the slope at them is nearly 0.
    ends = low * (1 - 1e-9), high * (1 + 1e-9)
    return brentq(lambda rho: parting_slope(mu, beta, rho), *ends, rtol=1e-12)


def parting_radius_bounds(mu: float, beta: float) -> tuple[float, float]:
    r"""N3: in closed form, a radius below and one above `parting_radius`.

    With $m = (1+\mu)/2$, $\delta = (1-\mu)/2$ and beta = 1 the first is
    $(m - \sqrt2\delta)/(\sqrt2\delta - \sqrt\mu)$, the second the positive root of
    $P + Q\rho = \delta\sqrt{(1 + 2\rho\mu/m + \rho^2\mu)/2}$,
    $2P = \mu/m - \sqrt\mu\delta/m + m$, $Q = \mu - \delta\sqrt{\mu/2}$.
    """
    unit, _ = _units(mu, beta, 0.0)
    if unit <= PARTING_CURVATURE:
        return 0.0, 0.0
    if unit >= SAFE_CURVATURE:
        return np.inf, np.inf
    m, d, root = (1 + unit) / 2, (1 - unit) / 2, np.sqrt(unit)
    below = (m - np.sqrt(2) * d) / (np.sqrt(2) * d - root)
    P, Q = (unit / m - root * d / m + m) / 2, unit - d * root / np.sqrt(2)
    A, B = Q**2 - d**2 * unit / 2, P * Q - d**2 * unit / (2 * m)
    above = (-B - np.sqrt(B**2 - A * (P**2 - d**2 / 2))) / A
    return float(below / beta), float(above / beta)


def ssam_pair_factor(eta: float, mu: float, beta: float, rho: float) -> float:
    r"""N3: the worst $\|w^+ - v^+\|/\|w - v\|$ of two SSAM steps, $\mu \ge 0$.

    The largest $|1 - \eta(A+B)/2| + \eta|A-B|/2$: the supremum in two dimensions
    (proved); that no higher dimension exceeds it is numerical.

    Args:
        eta: learning rate, > 0.
        mu: least curvature, >= 0.
        beta: largest curvature.
        rho: radius, > 0: at 0 SSAM is gradient descent, not the limit of this.
    """
    mu, rho = _units(mu, beta, rho)
    require("rho", np.asarray(rho), np.asarray(rho) > 0, "> 0")
    require("eta", np.asarray(eta), np.asarray(eta) > 0, "> 0")
    eta = eta * beta

    def shrink(angles: Any) -> Any:
        A, B = _halves(angles, mu, rho)
        return -np.abs(1 - eta * (A + B) / 2) - eta * np.abs(A - B) / 2

    return -_least(shrink, _circles())


def ssam_pair_range(mu: float, beta: float, rho: float) -> float:
    r"""N3: the largest eta at which two SSAM steps do not part; 0 if at every one.

    The least $4(\mathrm{Re}(A+B) - |A-B|)/(|A+B|^2 - |A-B|^2)$. At most
    `pair_factors.ssam_pair_limit`; $\rho > 0$.
    """
    unit, radius = _units(mu, beta, rho)
    require("rho", np.asarray(rho), np.asarray(rho) > 0, "> 0")
    if radius >= parting_radius(unit, 1.0):
        return 0.0

    def limit(angles: Any) -> Any:
        A, B = _halves(angles, unit, radius)
        total, apart = A + B, np.abs(A - B)
        inside = np.abs(total) ** 2 - apart**2
        return 4 * (total.real - apart) / np.where(inside > 0, inside, np.nan)

    return max(_least(limit, _circles()), 0.0) / beta


def ssam_pair_range_limit(mu: Any, beta: Any) -> np.ndarray:
    r"""N3: what `ssam_pair_range` tends to as rho does to 0; not GD's $2/\beta$.

    $4/(\beta + \mu + \sqrt2(\beta - \mu))$ for $\kappa < 3 + 2\sqrt2$, else 0.
    """
    ascent_factors(mu, beta, 0.0)
    range_ = 4 / (np.add(beta, mu) + np.sqrt(2) * np.subtract(beta, mu))
    return np.where(np.divide(mu, beta) > PARTING_CURVATURE, range_, 0.0)


def ssam_pair_proved(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N3: two SSAM steps do not part for eta up to this; $\kappa \le 2 + \sqrt3$.

    $\frac{2a^2}{b(a^2+b^2)}(m - \sqrt2\delta + \rho\mu(\sqrt\mu - \sqrt2\delta))$ with
    beta = 1, m and $\delta$ of `parting_radius_bounds`: short, but with a proof.
    """
    a, b = ascent_factors(mu, beta, rho)
    mu, rho = np.divide(mu, beta), np.multiply(rho, beta)
    require("mu", mu, mu >= SAFE_CURVATURE, ">= (2 - sqrt 3) beta")
    m, wide = (1 + mu) / 2, (1 - mu) / np.sqrt(2)
    slope = m - wide + rho * mu * (np.sqrt(mu) - wide)
    return 2 * a**2 / (b * (a**2 + b**2)) * slope / beta


def steep_edge_sign(mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""N3: where this is > 0, `ssam_pair_range` is less than the quadratics' 2a/b.

    The Hessian's determinant, but for a positive factor, at U = W = beta, V = a.
    """
    ascent_factors(mu, beta, rho)
    m, r = np.divide(mu, beta), np.multiply(rho, beta)
    return (
        4 * m
        + (6 * m + 10 * m**2) * r
        + (-4 + 2 * m + 10 * m**2 + 8 * m**3) * r**2
        + (1 - 22 * m + 7 * m**2 + 4 * m**3 + 2 * m**4) * r**3
        + (6 - 14 * m - 20 * m**2 + 8 * m**3) * r**4
        + (2 - 9 * m**2 - 4 * m**3 + 3 * m**4) * r**5
    )


def _units(mu: float, beta: float, rho: float) -> tuple[float, float]:
    """Curvature and radius in units of beta, checked."""
    ascent_factors(mu, beta, rho)
    require("mu", np.asarray(mu), np.asarray(mu) >= 0, ">= 0")
    return float(mu / beta), float(rho * beta)


def _circles() -> list[np.ndarray]:
    """Angles of U, V and W."""
    around = np.linspace(-np.pi, np.pi, CIRCLE, endpoint=False)  # holds 0 and pi
    return np.meshgrid(around, around, around, indexing="ij")


def _halves(angles: Any, mu: float, rho: float) -> tuple[Any, Any]:
    """A and B; beta = 1."""
    middle, spread = (1 + mu) / 2, (1 - mu) / 2
    U, V, W = (middle + spread * np.exp(1j * np.asarray(turn)) for turn in angles)
    V = 1 + rho * V
    return U * V / np.abs(V), (1 + rho * U) * W / np.abs(V)


def _least(function: Any, grid: list[np.ndarray]) -> float:
    """The least value on the grid, refined from its best points."""
    values = function(grid)
    order = np.argsort(values, axis=None)[: 64 * REFINED : 64]
    found = [float(np.nanmin(values))]
    for index in order:
        start = [axis.ravel()[index] for axis in grid]
        options = {"xatol": 1e-10, "fatol": 1e-15, "maxfev": 2000}
        best = minimize(function, start, method="Nelder-Mead", options=options)
        found.append(float(best.fun))
    return min(found)
