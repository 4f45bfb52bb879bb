"""What a run's distances tell: where it ends, at which rate, in what order of t."""

from __future__ import annotations

import numpy as np

from experiments.converging.runs import FAR

NEAR = 1e-3  # at most this share of the first distance: arrived
AGREE = 0.05  # two halves of a window show one rate
FALLS = 0.3  # by which the log of a distance falls, at least, where a rate is told


def final(share: np.ndarray) -> np.ndarray:
    """The largest of the last quarter of what was seen, `(N,)`; inf if diverged.

    Args:
        share: of the start, `(K, N)`, NaN once a run is over.
    """
    known = np.isfinite(share)
    count = known.sum(axis=0)
    late = np.arange(len(share))[:, None] >= np.ceil(0.75 * (count - 1))
    end = np.where(known & late, share, 0.0).max(axis=0)
    lost = ~known & (np.arange(len(share))[:, None] == count)
    beyond = np.where(known, share, 0.0).max(axis=0) > FAR
    # Over, and not because it had arrived.
    lost = lost.any(axis=0) & (end > NEAR)
    return np.where(count < 2, np.nan, np.where(beyond | lost, np.inf, end))


def exponent(times: np.ndarray, share: np.ndarray, least: float) -> np.ndarray:
    """The slope of log gap over log t from a quarter of the time on, `(N,)`."""
    late = times >= times[-1] / 4
    here = share[late]
    with np.errstate(all="ignore"):
        logs = np.where(here > least, np.log(here), np.nan)
    return (logs[-1] - logs[0]) / np.log(times[-1] / times[late][0])


def settled(times: np.ndarray, share: np.ndarray, least: float) -> np.ndarray:
    """The factor per step in the second half of what lies above rounding, `(N,)`.

    NaN where the two halves of that window show different ones, or where too little
    has changed to tell.

    Args:
        times: `(K,)`.
        share: distances over the first, `(K, N)`.
        least: what rounding leaves.
    """
    found = np.full(share.shape[1], np.nan)
    with np.errstate(all="ignore"):
        logs = np.where(share > max(least, 1e-300), np.log(share), np.nan)
    for i, column in enumerate(logs.T):
        known = np.flatnonzero(np.isfinite(column))
        if len(known) < 2 or known[-1] != len(known) - 1:
            continue
        last = known[-1]
        cuts = last // 2, last // 2 + (last - last // 2) // 2, last
        slope = _slope(times, column, cuts[0], last)
        halves = [_slope(times, column, *pair) for pair in (cuts[:2], cuts[1:])]
        moved = abs(column[last] - column[cuts[0]]) >= FALLS
        away = AGREE * np.abs(np.expm1(slope)) + 1e-9
        if moved and not abs(halves[1] - halves[0]) > away:
            found[i] = np.exp(slope)
    return found


def _slope(times: np.ndarray, logs: np.ndarray, i: int, j: int) -> float:
    return np.nan if i == j else (logs[j] - logs[i]) / (times[j] - times[i])
