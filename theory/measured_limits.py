r"""Measured: the largest learning rates that converge, the smallest that diverges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from landscapes.landscape import Landscape
from theory.bisect import bisect
from theory.decide import decide
from theory.interval import Interval, bracket
from theory.method import Method
from theory.share import wilson
from theory.verdict import Verdict

# To the point: the gradient vanishes at a minimum; to the band: within T5's of one.
TARGETS = {
    "point": (Verdict.CONVERGED,),
    "band": (Verdict.CONVERGED, Verdict.BAND),
}
LEVELS = (0.5, 0.95)  # shares of the starts
PARTS = 5  # into which a bracket is cut at once

Codes = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Limits:
    r"""What was found; leading axis the radii.

    Args:
        converges: the largest eta up to which a share of *these* starts converges,
            `(rho, target, level)`. At the lower end it was seen to; at the upper one
            so many diverged, cycle, stalled or hallucinate that it cannot. Undecided
            runs lie between. NaN where a smaller share converges already at the lowest
            rate that is decided; `inf` where no rate of the scan refutes it.
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
    rtol: float = 1e-3,
    levels: tuple[float, ...] = LEVELS,
    seen: np.ndarray | None = None,
    **options: Any,
) -> Limits:
    r"""Scans learning rates from below, then cuts the brackets.

    The range of convergence is the one that begins at small eta: the first failure
    ends it, islands beyond do not count. It begins where decisions do: rates so small
    that most runs are undecided after `steps` are passed over. A mode of curvature
    $\lambda$ needs about $18/(\eta\lambda)$ steps, and at a relative distance
    $\varepsilon$ from GD's edge $9/\varepsilon$: `rtol` below $9/$`steps` finds
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
    rtol: float = 1e-3,
    levels: tuple[float, ...] = LEVELS,
    seen: np.ndarray | None = None,
) -> Limits:
    """`measured_limits` of any way to decide runs.

    Args:
        codes: the verdicts `(N, S)` at radii and rates `(N,)`.
        rho: as there, and so all others.
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
    radii = np.arange(len(rho))
    counts = tally(radii[:, None], eta)
    kinds = list(_rules(levels, int(counts[0, 0].sum())))
    ends = _refined(tally, _brackets(counts, eta, kinds), kinds, rtol)
    low, high = ends[:, :-1:2, 0], ends[:, 1:-1:2, 1]
    shape = (len(rho), len(TARGETS), len(levels))
    return Limits(
        bracket(low.reshape(shape), high.reshape(shape)),
        _sampled(tally, rho, levels),
        bracket(ends[:, -1, 0], ends[:, -1, 1]),
    )


class Tally:
    """How many starts ended with each verdict; every (rho, eta) is run once."""

    def __init__(self, codes: Codes, rho: np.ndarray) -> None:
        """Nothing is known yet."""
        self.codes, self.rho = codes, rho
        self.known: dict[tuple[int, float], np.ndarray] = {}

    def keep(self, eta: np.ndarray, counts: np.ndarray) -> None:
        """What a scan `(R, E, 8)` found."""
        for k, e in np.ndindex(counts.shape[:2]):
            self.known[k, float(eta[e])] = counts[k, e]

    def __call__(self, radius: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Counts `(..., 8)` at positions of radii and at learning rates `(...)`."""
        radius, eta = np.broadcast_arrays(radius, eta)
        cells = list(zip(radius.ravel().tolist(), eta.ravel().tolist(), strict=True))
        if fresh := sorted(set(cells) - set(self.known)):
            k, rates = np.array([c[0] for c in fresh]), np.array([c[1] for c in fresh])
            found = self.codes(self.rho[k], rates)
            counts = (found[..., None] == np.arange(len(Verdict))).sum(axis=1)
            self.known |= dict(zip(fresh, counts, strict=True))
        found = np.array([self.known[cell] for cell in cells])
        return found.reshape(*eta.shape, len(Verdict))

    def at(self, radius: int) -> tuple[np.ndarray, np.ndarray]:
        """All learning rates tried at a radius, ascending, and their counts."""
        known = sorted((e, k) for k, e in self.known if k == radius)
        rates = np.array([e for e, _ in known])
        return rates, np.array([self.known[radius, e] for e in rates.tolist()])


class Rule(NamedTuple):
    """Counts obey it where `weights @ counts >= need`."""

    weights: np.ndarray
    need: float


def _rules(levels: tuple[float, ...], starts: int) -> Iterator[Rule]:
    """Of every target and level: it converges, it may; last: nothing diverges."""
    for verdicts in TARGETS.values():
        for level in levels:
            need = np.ceil(level * starts - 1e-9)
            yield Rule(_chosen(*verdicts), need)
            yield Rule(_chosen(*verdicts, Verdict.UNDECIDED), need)
    yield Rule(-_chosen(Verdict.DIVERGED), 0.0)


def _chosen(*verdicts: Verdict) -> np.ndarray:
    return np.isin(np.arange(len(Verdict)), verdicts).astype(int)


def _brackets(counts: np.ndarray, eta: np.ndarray, rules: list[Rule]) -> np.ndarray:
    """Where on the scan each rule first fails, `(R, rule, 2)`; see `Limits`."""
    obeys = np.stack([counts @ r.weights >= r.need for r in rules], axis=1)
    found = np.empty((*obeys.shape[:2], 2))
    for k, row in enumerate(obeys):  # (rule, eta)
        found[k, -1] = _first_failure(row[-1], eta, 0)
        for i in range(0, len(rules) - 1, 2):
            converges, may = row[i : i + 2]
            decided = np.flatnonzero(converges | ~may)
            if decided.size and converges[decided[0]]:
                for j in (i, i + 1):
                    found[k, j] = _first_failure(row[j], eta, decided[0])
            else:
                found[k, i : i + 2] = np.nan if decided.size else (np.nan, np.inf)
    return found


def _first_failure(obeys: np.ndarray, eta: np.ndarray, begin: int) -> tuple:
    """The rates around it, of those from `begin` on."""
    fails = np.flatnonzero(~obeys[begin:])
    if not fails.size:
        return eta[-1], np.inf
    first = begin + fails[0]
    return eta[first - 1] if first else 0.0, eta[first]


def _refined(
    tally: Tally, ends: np.ndarray, rules: list[Rule], rtol: float
) -> np.ndarray:
    """The brackets that have two ends on the scan, cut to the relative width."""
    low, high = ends[..., 0], ends[..., 1]
    radius, rule = np.nonzero(np.isfinite(high) & (low > 0))
    if not radius.size:
        return ends
    weights = np.array([rules[i].weights for i in rule])
    need = np.array([rules[i].need for i in rule])

    def obeys(rates: np.ndarray) -> np.ndarray:
        return (tally(radius, rates) * weights).sum(axis=-1) >= need

    # The ends of a bracket are known, so asking about them again costs nothing.
    found = bisect(obeys, low[radius, rule], high[radius, rule], rtol, PARTS)
    ends[radius, rule] = np.stack([found.low, found.high], axis=-1)
    return ends


def _sampled(tally: Tally, rho: np.ndarray, levels: tuple[float, ...]) -> Interval:
    """`Limits.sampled`, from all rates that were tried."""
    found = np.full((len(rho), len(TARGETS), len(levels), 2), np.nan)
    for k in range(len(rho)):
        eta, counts = tally.at(k)
        for t, verdicts in enumerate(TARGETS.values()):
            hits, starts = counts @ _chosen(*verdicts), counts[0].sum()
            most = hits + counts[:, Verdict.UNDECIDED]
            for i, level in enumerate(levels):
                sure = wilson(hits, starts)[0] >= level
                refuted = wilson(most, starts)[1] < level
                found[k, t, i] = _span(sure, refuted, hits >= level * starts, eta)
    return bracket(found[..., 0], found[..., 1])


def _span(
    sure: np.ndarray, refuted: np.ndarray, holds: np.ndarray, eta: np.ndarray
) -> tuple[float, float]:
    """The last rate that is sure from where it holds on, the first refuted."""
    if not holds.any() or refuted[: holds.argmax()].any():
        return np.nan, np.nan
    begin = holds.argmax()
    ends = np.flatnonzero(~sure[begin:])
    last = begin + (ends[0] if ends.size else len(eta) - begin) - 1
    beyond = np.flatnonzero(refuted)
    low = eta[last] if last >= begin else np.nan
    return low, eta[beyond[0]] if beyond.size else np.inf
