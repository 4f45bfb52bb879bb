r"""Measured: the largest learning rates that converge, the smallest that diverges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.decide import decide
from theory.first_failure import (
    Rule,
    at_least,
    chosen,
    convergence,
    first_failure,
    none,
    refined,
)
from theory.interval import Interval, bracket
from theory.method import Method
from theory.share import wilson
from theory.tally import Codes, Tally
from theory.verdict import Verdict

# To the point: the gradient vanishes at a minimum; to the band: within T5's of one.
TARGETS = {
    "point": (Verdict.CONVERGED,),
    "band": (Verdict.CONVERGED, Verdict.BAND),
}
LEVELS = (0.5, 0.95)  # shares of the starts


@dataclass(frozen=True, eq=False)
class Limits:
    r"""What was found; leading axis the radii.

    Args:
        converges: the largest eta up to which a share of *these* starts converges,
            `(rho, target, level)`. At the lower end it was seen to; at the upper one
            so many diverged, cycle, stalled or hallucinate that it cannot. Undecided
            runs lie between. The lower end is NaN where no rate below the first refuted
            one is decided, the upper, too, where that is the lowest of the scan; `inf`
            where no rate of the scan refutes it.
        sampled: the same of *all* starts these were drawn from, by Wilson's 95 %
            interval of the share, at the rates that were tried. The lower end is NaN
            where the starts are too few to show so large a share.
        diverges: the smallest eta at which a run was seen to diverge, `(rho,)`: at the
            upper end one did, at the lower and below none.
    """

    converges: Interval
    sampled: Interval
    diverges: Interval


def measured_limits(
    landscape: Landscape,
    method: Method,
    rho: Any,
    x: np.ndarray,
    eta: Any,
    steps: int,
    *,
    rtol: float = 2e-3,
    levels: tuple[float, ...] = LEVELS,
    seen: np.ndarray | None = None,
    **options: Any,
) -> Limits:
    r"""Scans learning rates from below, then cuts the brackets.

    The range of convergence is the one that begins at small eta: the first failure
    ends it, islands beyond do not count. It begins where decisions do: rates so small
    that most runs are undecided after `steps` are passed over. A mode of curvature
    $\lambda$ needs about $18/(\eta\lambda)$ steps, and at a relative distance
    $\varepsilon$ from GD's edge $9/\varepsilon$: an `rtol` below $9/$`steps` finds
    undecided runs.

    Args:
        landscape: what is minimised.
        method: its radius is replaced by `rho`.
        rho: radii, `(R,)`.
        x: starts, `(S, d)`.
        eta: rates of the scan, ascending, `(E,)`.
        steps: the most a run takes.
        rtol: width of the brackets over their upper end.
        levels: shares of the starts.
        seen: how many starts of the scan ended with each verdict, `(R, E, 8)`, where
            that is known.
        **options: of `decide`.

    Raises:
        ValueError: eta is not positive and ascending, or a level not in (0, 1].
    """

    def codes(rho: np.ndarray, eta: np.ndarray) -> np.ndarray:
        cells = eta[:, None], rho[:, None]
        return decide(landscape, method, *cells, x, steps, **options).verdict

    return bracketed(codes, rho, eta, rtol=rtol, levels=levels, seen=seen)


def bracketed(
    codes: Codes,
    rho: Any,
    eta: Any,
    *,
    rtol: float = 2e-3,
    levels: tuple[float, ...] = LEVELS,
    seen: np.ndarray | None = None,
) -> Limits:
    """`measured_limits` of any way to decide runs; all else as there.

    Args:
        codes: the verdicts `(N, S)` at radii and rates `(N,)`.
        rho: radii.
        eta: rates of the scan.
        rtol: width of the brackets.
        levels: shares of the starts.
        seen: counts of the scan.
    """
    rho, eta = np.atleast_1d(np.asarray(rho, float)), np.asarray(eta, float)
    if eta.ndim != 1 or not eta.size or np.any(np.diff(eta, prepend=0.0) <= 0):
        raise ValueError(f"a scan takes ascending learning rates > 0, got {eta}.")
    if not all(0 < level <= 1 for level in levels):
        raise ValueError(f"levels are shares in (0, 1], got {levels}.")
    tally = Tally(codes, rho)
    if seen is not None:
        tally.keep(eta, np.asarray(seen))
    counts = tally(np.arange(len(rho))[:, None], eta)
    rules = [*_pairs(levels, int(counts[0, 0].sum())), none(Verdict.DIVERGED)]
    obeyed = np.stack([rule.obeyed(counts) for rule in rules], axis=1)
    scanned = np.array([_scanned(rows, eta) for rows in obeyed], dtype=float)
    ends = refined(tally, rules, scanned, rtol)  # (rho, rule, 2)
    shape = (len(rho), len(TARGETS), len(levels))
    low, high = ends[:, :-1:2, 0], ends[:, 1:-1:2, 1]
    return Limits(
        bracket(low.reshape(shape), high.reshape(shape)),
        _sampled(tally, len(rho), levels),
        bracket(*ends[:, -1].T),
    )


def _pairs(levels: tuple[float, ...], starts: int) -> Iterator[Rule]:
    """Of every target and level: enough runs converged, and they still may."""
    for verdicts, level in product(TARGETS.values(), levels):
        need = np.ceil(level * starts - 1e-9)
        yield at_least(need, *verdicts)
        yield at_least(need, *verdicts, Verdict.UNDECIDED)


def _scanned(obeyed: np.ndarray, eta: np.ndarray) -> list[tuple]:
    """The brackets of the rules `(rule, E)` at one radius."""
    pairs = zip(obeyed[:-1:2], obeyed[1:-1:2], strict=True)
    found = [end for sure, may in pairs for end in convergence(sure, may, eta)]
    return [*found, first_failure(obeyed[-1], eta)]


def _sampled(tally: Tally, radii: int, levels: tuple[float, ...]) -> Interval:
    """`Limits.sampled`, from all rates that were tried."""
    found = np.full((radii, len(TARGETS), len(levels), 2), np.nan)
    for k, (t, verdicts), (i, level) in product(
        range(radii), enumerate(TARGETS.values()), enumerate(levels)
    ):
        eta, counts = tally.at(k)
        hits, starts = counts @ chosen(*verdicts), counts[0].sum()
        sure = wilson(hits, starts)[0] >= level
        may = wilson(hits + counts[:, Verdict.UNDECIDED], starts)[1] >= level
        holds = hits >= level * starts - 1e-9
        if holds.any() and may[: (begin := holds.argmax())].all():
            low = first_failure(sure, eta, begin)[0] if sure[begin] else np.nan
            found[k, t, i] = low, first_failure(may, eta, begin)[1]
    return bracket(found[..., 0], found[..., 1])
