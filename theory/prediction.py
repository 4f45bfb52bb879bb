"""What T6 to T9 say about a saddle, from its Hessian alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.landscape import FLAT
from theory.method import Method
from theory.quadratic import (
    escape_time,
    multipliers,
    sam_cycle,
    sam_threshold,
    sam_trap,
    usam_trap,
    weakest_descent,
)


@dataclass(frozen=True, eq=False)
class Prediction:
    """Bounds on the share of starts that leave, and when they do.

    Args:
        low: least share that leaves.
        high: largest share that leaves; `(0, 1)` together say nothing.
        times: steps until each start has left, or None where no closed form is known.
        source: the statement used, with what is missing where it is silent.
    """

    low: float
    high: float
    times: np.ndarray | None
    source: str


def silent(reason: str) -> Prediction:
    """No statement covers the case."""
    return Prediction(0.0, 1.0, None, reason)


def predict(
    method: Method,
    eta: float,
    rho: float,
    spectrum: np.ndarray,
    u: np.ndarray,
    radius: float,
) -> Prediction:
    r"""The prediction for runs from u that leave when $\|w\| \ge R$.

    Args:
        method: any; only GD, USAM, SAM, SSAM, SSAM-N have theorems.
        eta: learning rate.
        rho: radius.
        spectrum: the Hessian's eigenvalues at the saddle.
        u: starts in its eigenbasis, measured from the saddle, `(n, d)`.
        radius: R.
    """
    size = np.abs(spectrum).max()
    if np.abs(spectrum).min() <= FLAT * max(size, FLAT):
        return silent("degenerate (N5)")
    rules = {"GD": _linear, "USAM": _linear, "SAM": _sam, "SSAM": _ssam}
    rules["SSAM-N"] = _ssam_n
    rule = rules.get(method.label)
    if rule is None:
        return silent("no theorem")
    return rule(method.having(rho=rho), eta, rho, spectrum, u, radius)


def _linear(method, eta, rho, spectrum, u, radius) -> Prediction:
    """T6 (and T4): a linear map; it leaves iff a mode grows."""
    factors = np.abs(multipliers(method, eta, spectrum))
    times = escape_time(factors, u, radius)
    share = float(factors.max() > 1)
    return Prediction(share, share, times, "T6")


def _ssam(method, eta, rho, spectrum, u, radius) -> Prediction:
    """T8: USAM's trap; where it leaves, GD's time is the asymptotic one."""
    if eta * np.abs(spectrum).max() >= 2:
        return silent("T8 needs eta max|lam| < 2")
    if rho > usam_trap(spectrum):
        return Prediction(0.0, 0.0, np.full(len(u), np.inf), "T8")
    descent = np.where(rho * -spectrum < 1, spectrum, 0.0)
    factors = 1 - eta * np.where(spectrum > 0, spectrum, descent)
    return Prediction(1.0, 1.0, escape_time(np.abs(factors), u, radius), "T8")


def _trapped(rho: float, spectrum: np.ndarray, u: np.ndarray) -> float:
    """Share of the starts with ||Hw|| < rho m."""
    return float(
        (np.linalg.norm(u * spectrum, axis=1) < sam_trap(rho, spectrum)).mean()
    )


def _sam(method, eta, rho, spectrum, u, radius) -> Prediction:
    """T7: index 1; inside the trap everything stalls below the threshold."""
    index = int((spectrum < 0).sum())
    top, m = spectrum.max(), weakest_descent(spectrum)
    if rho == 0:
        return _linear(method, eta, rho, spectrum, u, radius)
    if index != 1:
        return silent(f"index {index} (N5)")
    if eta * m >= 1 or eta * top >= 2:
        return silent("T7 needs eta m < 1, eta lam+ < 2")
    if sam_cycle(eta, rho, top) >= radius:
        return silent("the band is wider than the ball")
    inside = _trapped(rho, spectrum, u)
    if eta < sam_threshold(spectrum):
        return Prediction(0.0, 1 - inside, None, "T7 stalls")
    return Prediction(inside, 1.0, None, "T7 escapes")


def _ssam_n(method, eta, rho, spectrum, u, radius) -> Prediction:
    """T9: a neighbourhood is attracted; its size is measured, not predicted."""
    if eta * np.abs(spectrum).max() >= 2:
        return silent("T9 needs eta max|lam| < 2")
    if rho == 0:
        return _linear(method, eta, rho, spectrum, u, radius)
    return Prediction(0.0, 1.0, None, "T9 (size open)")
