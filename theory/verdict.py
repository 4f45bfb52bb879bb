"""What a run did, decided on its last window and never by one number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from landscapes.landscape import Landscape
from theory import floors, limit_points, listed_points
from theory.limit_points import AT, VANISHED
from theory.simulate import Run
from theory.window import PERIODS, Window, band, norm, period

__all__ = [
    "AT",
    "FAR",
    "PERIODS",
    "VANISHED",
    "Classification",
    "Verdict",
    "band",
    "classify",
]

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
            landscape knows none or the run is at a critical point that is not listed.
        period: of a cycle, 0 where the verdict is another.
        amplitude: largest distance from the window's mean.
    """

    codes: np.ndarray
    nearest: np.ndarray
    period: np.ndarray
    amplitude: np.ndarray


def classify(run: Run, landscape: Landscape) -> Classification:
    """Decides every run of a batch on its last window.

    First beside the landscape's listed critical points; a run that is at none of them
    is judged by the Hessian where it is (`theory.limit_points`), and only what is at
    no critical point at all cycles.

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
        far = ~finite | (norm(run.x) > FAR)
    codes = np.where(far, Verdict.DIVERGED, Verdict.ESCAPED)
    nearest, periods = np.full(shape, -1), np.zeros(shape, dtype=int)
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
        decided = _decide(window, landscape)
        codes[stay], nearest[stay], periods[stay], amplitude[stay] = decided
    # A transient may fill one window; what is left after a second one has stalled.
    early = (codes == Verdict.STALLED) & (run.steps < 2 * len(run.window))
    codes[early] = Verdict.UNDECIDED
    return Classification(codes, nearest, periods, amplitude)


def _decide(window: Window, landscape: Landscape) -> tuple:
    """Codes, nearest critical point, period and amplitude of runs that stayed."""
    mean = window.x.mean(axis=0)
    amplitude = norm(window.x - mean).max(axis=0)
    codes = np.full(len(mean), int(Verdict.UNDECIDED))
    at = listed_points.judge(window, landscape, mean)
    codes[at.stalled], codes[at.band] = Verdict.STALLED, Verdict.BAND
    codes[at.converged] = Verdict.CONVERGED
    still = window.d_norm.max(axis=0) <= VANISHED * at.scale
    steep = window.g_norm.min(axis=0) >= 1e3 * VANISHED * at.scale
    hallucinated = still & steep
    codes[hallucinated] = Verdict.HALLUCINATED
    rows = np.flatnonzero(at.open & ~hallucinated)
    codes[rows], cycles = _unlisted(window.of(rows), landscape, amplitude[rows])
    found = codes[rows] != Verdict.UNDECIDED
    at.nearest[rows[found & ~at.named[rows]]], rows = -1, rows[cycles & ~found]
    periods = np.zeros(len(mean), dtype=int)
    periods[rows] = period(window.x[:, rows], amplitude[rows])
    codes[periods > 0] = Verdict.CYCLING
    return codes, at.nearest, periods, amplitude


def _unlisted(
    window: Window, landscape: Landscape, amplitude: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of runs at no listed point, and which of the undecided may be cycles."""
    codes = np.full(len(amplitude), int(Verdict.UNDECIDED))
    cycles = np.ones(len(amplitude), dtype=bool)
    still = amplitude <= AT
    for runs, judge, kind in (
        (still, limit_points.at_rest, Verdict.CONVERGED),
        (~still & (window.rho > 0), floors.in_band, Verdict.BAND),
    ):
        rows = np.flatnonzero(runs)
        if rows.size and landscape.dim <= limit_points.LARGEST:
            with np.errstate(all="ignore"):
                minimum, other, neither = judge(window.of(rows), landscape)
            codes[rows[minimum]], codes[rows[other]] = kind, Verdict.STALLED
            cycles[rows[neither]] = False
    return codes, cycles
