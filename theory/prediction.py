"""What T6 to T9 say about a saddle, from its Hessian alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from landscapes.critical import FLAT
from theory import neighbourhood, quadratic
from theory.method import Method


@dataclass(frozen=True, eq=False)
class Prediction:
    r"""Bounds on the share of starts that leave, and when they do.

    Args:
        low: least share that has left after the given number of steps.
        high: largest such share; `(0, 1)` together say nothing.
        times: steps until each start has left (for SSAM the least possible), or None
            where no closed form is known.
        source: the statement used, or why there is none.
        sure: the starts of which the statement says, one by one, that they stall (or
            that they leave), `(n,)`; None where it speaks of shares.
    """

    low: float
    high: float
    times: np.ndarray | None
    source: str
    sure: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Setting:
    r"""Runs from u that leave when $\|w\| \ge R$, within a number of steps.

    Args:
        method: with its radius.
        eta: learning rate.
        rho: radius.
        spectrum: the Hessian's eigenvalues at the saddle, `(d,)`.
        u: starts in its eigenbasis, measured from the saddle, `(n, d)`.
        radius: R.
        steps: the most a run takes.
    """

    method: Method
    eta: float
    rho: float
    spectrum: np.ndarray
    u: np.ndarray
    radius: float
    steps: int

    @property
    def curvature(self) -> float:
        r"""$\max|\lambda|$."""
        return float(np.abs(self.spectrum).max())

    def share(self, factors: np.ndarray) -> tuple[float, np.ndarray]:
        """Share that has left, and times, if each mode has this factor per step."""
        times = quadratic.escape_time(factors, self.u, self.radius)
        return float((times <= self.steps).mean()), times

    def inside(self, reach: float) -> np.ndarray:
        r"""Which starts have $\|Hw\| <$ reach."""
        return np.linalg.norm(self.u * self.spectrum, axis=1) < reach

    def may_leave(self, k: np.ndarray) -> np.ndarray:
        """Which starts, though attracted, may leave the ball first: T9b's box does."""
        lam = self.spectrum
        box = neighbourhood.renormalised_box(self.eta, lam, k, self.u * lam)
        return np.linalg.norm(box / lam, axis=1) >= self.radius


def silent(reason: str) -> Prediction:
    """No statement covers the case."""
    return Prediction(0.0, 1.0, None, reason)


def predict(s: Setting) -> Prediction:
    """The prediction for GD, USAM, SAM, SSAM and SSAM-N; silent for all others."""
    if np.abs(s.spectrum).min() <= FLAT * max(s.curvature, FLAT):
        return silent("degenerate (N5)")
    rules: dict[str, Callable[[Setting], Prediction]] = {
        "GD": _linear,
        "USAM": _linear,
        "SAM": _sam,
        "SSAM": _ssam,
        "SSAM-N": _ssam_n,
    }
    if s.method.label not in rules:
        return silent("no theorem")
    return (_linear if s.rho == 0 else rules[s.method.label])(s)


def _linear(s: Setting) -> Prediction:
    """T6 (and T4): a linear map; every mode has its multiplier."""
    share, times = s.share(np.abs(quadratic.multipliers(s.method, s.eta, s.spectrum)))
    return Prediction(share, share, times, "T6")


def _ssam(s: Setting) -> Prediction:
    """T8: USAM's trap; outside it every step grows between two known factors."""
    if s.eta * s.curvature >= 2:
        return silent("T8 needs eta max|lam| < 2")
    k = 1 + s.rho * s.spectrum
    if s.rho > quadratic.usam_trap(s.spectrum):
        leaving = s.may_leave(k)
        times = None if leaving.any() else np.full(len(s.u), np.inf)
        return Prediction(0.0, float(leaving.mean()), times, "T8 held")
    growing = (s.spectrum < 0) & (k > 0)
    m = np.where(growing, -s.spectrum, 0.0)
    slowest = np.where(growing, 1 + s.eta * m * k / np.abs(k).max(), 0.0)
    low, _ = s.share(slowest)
    positive = s.spectrum > 0
    # With one negative eigenvalue gamma <= 1 / k_-; then no positive mode may grow.
    bounded = s.eta * (s.spectrum * k)[positive] <= 2 * k.min()
    if (s.spectrum < 0).sum() != 1 or not bounded.all():
        return Prediction(low, 1.0, None, "T8 leaves")
    high, times = s.share(np.where(growing, 1 + s.eta * m, 1.0))
    return Prediction(low, high, times, "T8 leaves")


def _sam(s: Setting) -> Prediction:
    """T7: inside the trap everything stalls below the threshold.

    T7a is proved; that T7b decides for all starts, not only near the cycle, is
    numerical.
    """
    trap = s.inside(quadratic.sam_trap(s.rho, s.spectrum))
    inside = float(trap.mean())
    threshold, top = quadratic.sam_threshold(s.spectrum), s.spectrum.max()
    if abs(s.eta / threshold - 1) < 0.01:
        return silent("at T7's threshold")
    # In the trap a mode is never larger than at the start or after one bounce.
    widest = np.maximum(np.abs(s.u), s.eta * s.rho * np.abs(s.spectrum))
    if (np.linalg.norm(widest, axis=1) >= s.radius).any():
        return silent("the band is wider than the ball")
    if quadratic.sam_trap_is_invariant(s.eta, s.spectrum):
        return Prediction(0.0, 1 - inside, None, "T7a stalls", trap)
    index = int((s.spectrum < 0).sum())
    if index != 1:
        return silent(f"index {index} (N5)")
    if np.isnan(threshold) or s.eta * top >= 2:
        return silent("T7 needs lam+ >= m or eta m <= 1, and eta lam+ < 2")
    if quadratic.sam_cycle(s.eta, s.rho, top) >= s.radius:
        return silent("the band is wider than the ball")
    if s.eta < threshold:
        return Prediction(0.0, 1 - inside, None, "T7b stalls", trap)
    down = np.abs(s.u[:, s.spectrum < 0]).min()
    wait = np.log(s.radius / down) / np.log(quadratic.sam_growth(s.eta, s.spectrum))
    # The approach to the bounce takes its time as well: allow for as much again.
    if 2 * wait > s.steps:
        return silent("T7b leaves, too slowly to see")
    return Prediction(inside, 1.0, None, "T7b leaves", trap)


def _ssam_n(s: Setting) -> Prediction:
    """T9: a neighbourhood is attracted, of which a part is proved."""
    if s.eta * s.curvature >= 2:
        return silent("T9 needs eta max|lam| < 2")
    reach = s.rho * neighbourhood.ssam_n_neighbourhood(s.eta, s.spectrum)
    k = s.spectrum + neighbourhood.order_limit(s.spectrum) / 2
    stays = s.inside(reach) & ~s.may_leave(k)
    return Prediction(0.0, 1 - float(stays.mean()), None, "T9b stalls", stays)
