"""Where on a scan from below a rule about counts of verdicts first fails."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theory.bisect import bisect
from theory.tally import Tally
from theory.verdict import Verdict

PARTS = 8  # into which a bracket is cut at once


class Rule(NamedTuple):
    """Counts obey it where `weights @ counts >= need`."""

    weights: np.ndarray
    need: float

    def obeyed(self, counts: np.ndarray) -> np.ndarray:
        """Whether counts `(..., 8)` obey it, `(...)`."""
        return counts @ self.weights >= self.need


def at_least(count: float, *verdicts: Verdict) -> Rule:
    """So many runs have one of the verdicts."""
    return Rule(chosen(*verdicts), count)


def none(verdict: Verdict) -> Rule:
    """No run has the verdict."""
    return Rule(-chosen(verdict), 0)


def chosen(*verdicts: Verdict) -> np.ndarray:
    """1 for the verdicts, else 0, `(8,)`."""
    return np.isin(np.arange(len(Verdict)), verdicts).astype(int)


def first_failure(obeys: np.ndarray, eta: np.ndarray, begin: int = 0) -> tuple:
    """The rates around it, from a position on at which the rule is obeyed.

    (0, the lowest) where it fails at once, (the highest, inf) where it never does.
    """
    fails = np.flatnonzero(~obeys[begin:])
    if not fails.size:
        return eta[-1], np.inf
    first = begin + fails[0]
    return eta[first - 1] if first else 0.0, eta[first]


def convergence(sure: np.ndarray, may: np.ndarray, eta: np.ndarray) -> tuple:
    """Where what begins at the first decided rate ends: `(2, 2)`.

    Args:
        sure: where enough runs converged, `(E,)`.
        may: where enough may have, the undecided counted among them.
        eta: the rates, `(E,)`.

    Returns:
        The rates around the first that is not sure, and around the first that may not.
        Where the first decided rate is refuted the lower ends are NaN, and so are the
        upper ones if it is the lowest; else they are that rate. (NaN, inf) if none is
        decided.
    """
    decided = np.flatnonzero(sure | ~may)
    if not decided.size:
        return ((np.nan, np.inf),) * 2
    begin = decided[0]
    if not sure[begin]:
        return ((np.nan, eta[begin] if begin else np.nan),) * 2
    return tuple(first_failure(obeys, eta, begin) for obeys in (sure, may))


def refined(
    tally: Tally, rules: list[Rule], ends: np.ndarray, rtol: float
) -> np.ndarray:
    """Brackets with both ends on the scan, cut to a relative width.

    Args:
        tally: runs what is needed.
        rules: obeyed at the lower end of their brackets, not at the upper.
        ends: a bracket for every radius and rule, `(R, rule, 2)`; those that lack an
            end stay as they are.
        rtol: width over the upper end.
    """
    ends = ends.copy()
    cut = np.isfinite(ends).all(axis=-1) & (ends[..., 0] > 0)
    if not cut.any():
        return ends
    radius, rule = np.nonzero(cut)
    weights = np.array([rules[i].weights for i in rule])
    need = np.array([rules[i].need for i in rule])

    def obeys(eta: np.ndarray) -> np.ndarray:
        return (tally(radius, eta) * weights).sum(axis=-1) >= need

    # The ends are known, so asking about them again costs nothing.
    found = bisect(obeys, *ends[cut].T, rtol, PARTS)
    ends[cut] = np.stack([found.low, found.high], axis=1)
    return ends
