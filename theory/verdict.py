"""What a run did, decided on its last window and never by one number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from theory.simulate import Run

VANISHED = 1e-8  # a norm below this, in units of max(1, |lam|), counts as zero
PERIODS = 16  # longest cycle looked for
AT = 1e-5  # a distance below this is at the point
FAR = 1e6  # beyond this a run that left its ball has diverged


class Verdict(IntEnum):
    """The kinds of outcome; `UNDECIDED` is a legitimate answer."""

    UNDECIDED = 0
    CONVERGED = 1  # to the point: the gradient vanishes at a minimum
    BAND = 2  # converged to the band: within T5's cycle around a minimum
    STALLED = 3  # inside the band around a saddle or maximum, not leaving it
    HALLUCINATED = 4  # the gradient vanishes at the ascent point only
    CYCLING = 5  # periodic away from every critical point's band
    DIVERGED = 6  # not finite, or beyond FAR
    ESCAPED = 7  # left the ball it was started in


@dataclass(frozen=True, eq=False)
class Classification:
    """The verdicts of a batch; leading axes are the run's.

    Args:
        codes: `Verdict` values.
        nearest: position in `landscape.critical_points` of the nearest one, -1 if the
            landscape knows none.
        period: of a cycle, 0 where there is none.
        amplitude: largest distance from the window's mean.
    """

    codes: np.ndarray
    nearest: np.ndarray
    period: np.ndarray
    amplitude: np.ndarray


def band(eta: np.ndarray, rho: np.ndarray, curvature: float) -> np.ndarray:
    r"""Half-width of the set in which SAM keeps moving about a critical point.

    $\eta\rho|\lambda|/(2 - \eta|\lambda|)$ (T5's cycle, about minima and along positive
    directions) and $\eta\rho|\lambda|$ (T7's chaotic band, along negative ones), the
    larger, with half as much again, since curvature widens them (on Beale's surface
    1.26 times was seen); none where $\eta|\lambda| \ge 2$. To be inside is never
    enough for a verdict: nothing may grow there either.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        cycle = 1 / np.clip(2 - eta * curvature, 0, None)
        # At rho = 0 beyond the edge: 0 times infinity, no band.
        width = 1.5 * eta * rho * curvature * np.maximum(1, cycle)
    return np.where(np.isfinite(width), width, 0.0)


def classify(run: Run, landscape: Landscape) -> Classification:
    """Decides every run of a batch on its last window.

    Raises:
        ValueError: the window is too short to decide on.
    """
    if len(run.window) < 8:
        raise ValueError(
            f"a verdict needs a window of >= 8 steps, got {len(run.window)}."
        )
    shape = run.left.shape
    finite = np.isfinite(run.x).all(axis=-1)
    with np.errstate(all="ignore"):
        far = ~finite | (_norm(run.x) > FAR)
    codes = np.where(far, Verdict.DIVERGED, Verdict.ESCAPED)
    nearest, period = np.full(shape, -1), np.zeros(shape, dtype=int)
    amplitude = np.zeros(shape)
    stay = ~run.left
    if stay.any():
        window = Window(
            run.window[:, stay],
            run.g_norm[:, stay],
            run.d_norm[:, stay],
            run.eta[stay],
            run.rho[stay] if run.radius_unit == "length" else 0 * run.rho[stay],
        )
        decided = _decide(window, landscape.critical_points)
        codes[stay], nearest[stay], period[stay], amplitude[stay] = decided
    # A transient may fill one window; what is left after a second one has stalled.
    early = (codes == Verdict.STALLED) & (run.steps < 2 * len(run.window))
    codes[early] = Verdict.UNDECIDED
    return Classification(codes, nearest, period, amplitude)


@dataclass(frozen=True, eq=False)
class Window:
    """The last W states of n runs that did not leave; `(W, n, d)`, `(W, n)`, `(n,)`."""

    x: np.ndarray
    g_norm: np.ndarray
    d_norm: np.ndarray
    eta: np.ndarray
    rho: np.ndarray  # 0 where it is no length: such methods have no band

    def of(self, chosen: np.ndarray) -> Window:
        """Some of the runs."""
        return Window(
            self.x[:, chosen],
            self.g_norm[:, chosen],
            self.d_norm[:, chosen],
            self.eta[chosen],
            self.rho[chosen],
        )


def _norm(v: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("...i,...i->...", v, v))


def _decide(window: Window, points: tuple[CriticalPoint, ...]) -> tuple:
    """Codes, nearest critical point, period and amplitude of runs that stayed."""
    mean = window.x.mean(axis=0)
    amplitude = _norm(window.x - mean).max(axis=0)
    period = _period(window.x, amplitude)
    codes = np.where(period > 0, Verdict.CYCLING, Verdict.UNDECIDED)
    nearest, scale = np.full(len(mean), -1), np.ones(len(mean))
    if points:
        nearest = np.argmin([_norm(mean - c.point) for c in points], axis=0)
        sizes = np.array([np.abs(c.eigenvalues).max() for c in points])
        scale = np.maximum(1, sizes)[nearest]
    for k, critical in enumerate(points):
        here = nearest == k
        if here.any():
            codes[here] = _near(window.of(here), critical, codes[here])
    still = window.d_norm.max(axis=0) <= VANISHED * scale
    steep = window.g_norm.min(axis=0) >= 1e3 * VANISHED * scale
    codes[still & steep] = Verdict.HALLUCINATED
    return codes, nearest, period, amplitude


def _near(window: Window, critical: CriticalPoint, codes: np.ndarray) -> np.ndarray:
    """Verdicts of runs whose nearest critical point this is."""
    lam = critical.eigenvalues
    size = np.abs(lam).max()
    offset = window.x - critical.point
    width = band(window.eta, window.rho, size)
    at_point = window.g_norm.max(axis=0) <= VANISHED * max(1, size)
    distance = _norm(offset).max(axis=0)
    # A vanishing gradient says nothing of where: along a flat direction it is small
    # far away, and the nearest known point need not be the one it vanishes at.
    at_point &= distance <= AT
    in_band = distance <= width
    if critical.kind == "minimum":
        codes = np.where(in_band, Verdict.BAND, codes)
        return np.where(at_point, Verdict.CONVERGED, codes)
    there = at_point | in_band
    codes = np.where(there, Verdict.STALLED, codes)
    leaving = there & _growing(offset, critical, width)
    return np.where(leaving, Verdict.UNDECIDED, codes)


def _growing(
    offset: np.ndarray, critical: CriticalPoint, width: np.ndarray
) -> np.ndarray:
    """Whether any direction that may descend grew over the window.

    One that moves chaotically at the width of the band itself (T7) may fluctuate by a
    factor of two; one that grows steadily, at every second step, may not.
    """
    # Where the curvature is zero f may descend as well.
    down = critical.eigenvectors[:, critical.eigenvalues <= 0]
    u = np.abs(offset @ down)  # (W, run, direction)
    half = len(u) // 2
    first, second = u[:half].max(axis=0), u[half:].max(axis=0)
    steady = (u[2:] >= u[:-2]).all(axis=0)
    chaotic = ~steady & (first > 1e-3 * width[:, None])
    return (second > first * np.where(chaotic, 2.0, 1.0)).any(axis=-1)


def _period(window: np.ndarray, amplitude: np.ndarray) -> np.ndarray:
    """Smallest period of a bounded, moving window; 0 where none is found."""
    period = np.zeros(amplitude.shape, dtype=int)
    for p in range(min(PERIODS, len(window) // 2), 0, -1):
        shift = _norm(window[p:] - window[:-p]).max(axis=0)
        period[(shift <= 1e-6 * amplitude) & (amplitude > 0)] = p
    return period
