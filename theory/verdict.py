"""What a run did, decided on its last window and never by one number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from landscapes.landscape import Landscape
from theory import limit_points, listed_points
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
    codes, nearest, scale, open_, named = _listed(window, landscape, mean)
    still = window.d_norm.max(axis=0) <= VANISHED * scale
    steep = window.g_norm.min(axis=0) >= 1e3 * VANISHED * scale
    hallucinated = still & steep
    codes[hallucinated] = Verdict.HALLUCINATED
    rows = np.flatnonzero(open_ & ~hallucinated)
    codes[rows] = _unlisted(window.of(rows), landscape, amplitude[rows])
    found = codes[rows] != Verdict.UNDECIDED
    nearest[rows[found & ~named[rows]]], rows = -1, rows[~found]
    periods = np.zeros(len(mean), dtype=int)
    periods[rows] = period(window.x[:, rows], amplitude[rows])
    codes[periods > 0] = Verdict.CYCLING
    return codes, nearest, periods, amplitude


def _listed(window: Window, landscape: Landscape, mean: np.ndarray) -> tuple:
    """Beside listed points: codes, the nearest one, its scale, what is still open.

    The last one: which open runs are in the band of the nearest, a degenerate minimum.
    It may be one of many, so what they do there is told by the Hessian where they are.
    """
    points = landscape.critical_points
    nearest, distance = listed_points.nearest(mean, points)
    codes = np.full(len(mean), Verdict.UNDECIDED, dtype=int)
    scale, open_ = np.ones(len(mean)), np.ones(len(mean), dtype=bool)
    named = np.zeros(len(mean), dtype=bool)
    for k, critical in enumerate(points):
        here = nearest == k
        scale[here] = max(1, listed_points.size(critical))
        rows = np.flatnonzero(here & listed_points.within(window, distance, critical))
        if not rows.size:
            continue
        at_point, in_band, leaving = listed_points.near(window.of(rows), critical)
        if critical not in landscape.minima:
            stays = (at_point | in_band) & ~leaving
            codes[rows[stays]] = Verdict.STALLED
        else:
            if critical.nullity:
                named[rows], in_band = in_band, False
            codes[rows] = np.where(in_band, Verdict.BAND, Verdict.UNDECIDED)
            codes[rows[at_point]] = Verdict.CONVERGED
        open_[rows] = ~(at_point | in_band)
    return codes, nearest, scale, open_, named


def _unlisted(
    window: Window, landscape: Landscape, amplitude: np.ndarray
) -> np.ndarray:
    """Codes of runs that are at no listed point: at rest, or in the band, elsewhere."""
    codes = np.full(len(amplitude), Verdict.UNDECIDED, dtype=int)
    if landscape.dim > limit_points.LARGEST:
        return codes
    still = amplitude <= AT
    for rows, judge, kind in (
        (still, limit_points.at_rest, Verdict.CONVERGED),
        (~still & (window.rho > 0), limit_points.in_band, Verdict.BAND),
    ):
        rows = np.flatnonzero(rows)
        if rows.size:
            with np.errstate(all="ignore"):
                minimum, other = judge(window.of(rows), landscape)
            codes[rows[minimum]], codes[rows[other]] = kind, Verdict.STALLED
    return codes
