"""The verdict on a claim, computed from its cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.claim import Claim
from theory.interval import Interval, exact

ALPHA = 1e-3  # probability that any interval of one random claim misses the truth
OK, UNDECIDED, VIOLATED = range(3)
SIMPLE = (bool, int, float, str, tuple, list, type(None))


@dataclass(frozen=True)
class Outcome:
    """A case (of many at once: the worst) and what came out.

    Args:
        case: its parameters, numbers and words.
        outside: whether it lies outside the assumptions.
        count: how many cases were compared at once.
        measured, low, high: the measurement and its limits.
        bound: what it was measured against.
        status: `OK`, `UNDECIDED` or `VIOLATED`.
        ratio: measured over bound; 1 where both are 0.
        nearest: of all compared, measured / bound where it came nearest to 1.
        runs: of a random claim.
    """

    case: dict[str, Any]
    outside: bool
    count: int
    measured: float
    low: float
    high: float
    bound: float
    status: int
    ratio: float
    nearest: float
    runs: int = 0


@dataclass(frozen=True)
class Judgement:
    """A claim's verdict.

    Args:
        id, says, relation, expected, grade: the claim's.
        verdict: `holds`, `supported`, `refuted`, `open`, or `failed` if it could not
            be judged.
        reason: one line.
        worst: the outcome that decided, if any.
        tightness: measured over bound, of the nearest case of an inequality, of the
            farthest of an equality; NaN if nothing was compared.
        outcomes: all of them.
    """

    id: str
    says: str
    relation: str
    expected: str
    grade: str
    verdict: str
    reason: str
    worst: Outcome | None
    tightness: float
    outcomes: tuple[Outcome, ...]


class Unfit(Exception):
    """A claim that cannot be judged; the message says why."""


def judge(claim: Claim, grade: str, quick: bool) -> Judgement:
    """Runs all cases of a claim.

    An exception, NaN, a case on the wrong side of the assumptions, or a bound that no
    case comes near is no verdict: the claim has `failed`.
    """
    outcomes: list[Outcome] = []
    verdict, reason, tightness = "open", f"waits for {claim.waits}", np.nan
    if not claim.waits:
        try:
            outcomes += _outcomes(claim, quick)
            tightness = _tightness(claim, outcomes)
            verdict, reason = _verdict(claim, outcomes, tightness)
        except Unfit as error:
            verdict, reason = "failed", str(error)
        except Exception as error:  # whatever a claim's own code raises
            verdict, reason = "failed", f"{type(error).__name__}: {error}"
    inside = [o for o in outcomes if not o.outside]
    worst = max(inside, key=lambda o: (o.status, _strain(claim, o)), default=None)
    return Judgement(
        claim.id,
        claim.says,
        claim.relation,
        claim.expected,
        claim.grade or grade,
        verdict,
        reason,
        worst,
        float(tightness),
        tuple(outcomes),
    )


def _outcomes(claim: Claim, quick: bool) -> Iterator[Outcome]:
    inside, outside = list(claim.cases(quick)), list(claim.outside(quick))
    if not inside:
        raise Unfit("no case")
    # Every interval of the claim, of every stage, may miss with this probability.
    level = ALPHA / (len(inside) + len(outside)) / max(1, len(claim.runs))
    for case in (*inside, *outside):
        beyond = any(case is other for other in outside)
        if np.any(np.asarray(claim.within(**case), dtype=bool) == beyond):
            side = "inside" if beyond else "outside"
            raise Unfit(f"a case lies {side} the assumptions: {words(case)}")
        yield _outcome(claim, case, beyond, level)


def _outcome(claim: Claim, case: dict, outside: bool, level: float) -> Outcome:
    with np.errstate(all="ignore"):  # overflow is how divergence looks
        bound = np.asarray(claim.bound(**case), dtype=float)
    runs = 0
    for stage, runs in enumerate(claim.runs or (0,)):  # noqa: B007
        drawn = {"runs": runs, "seed": stage, "level": level} if runs else {}
        with np.errstate(all="ignore"):
            measured = exact(claim.measured(**case, **drawn))
        status = _status(claim, measured, bound)
        if not np.any(status == UNDECIDED):
            break
    unknown = np.isnan(bound) | np.isnan(measured.value)
    if unknown.any():
        first = int(unknown.reshape(-1).argmax())
        one = {name: _own(v, unknown.shape, first) for name, v in case.items()}
        raise Unfit(f"not a number at {words(one)}")
    return _worst(claim, case, outside, measured, bound, status, runs)


def _status(claim: Claim, measured: Interval, bound: np.ndarray) -> np.ndarray:
    """Whether the whole interval agrees (OK), none of it (VIOLATED), or a part."""
    with np.errstate(invalid="ignore"):
        room = claim.rtol * np.abs(bound) + claim.atol
        room = np.where(np.isfinite(room), room, 0.0)
        low, high, least, most = measured.low, measured.high, bound - room, bound + room
        agree, differ = {
            "<=": (high <= most, low > most),
            ">=": (low >= least, high < least),
            "==": ((low >= least) & (high <= most), (low > most) | (high < least)),
        }[claim.relation]
    return np.where(agree, OK, np.where(differ, VIOLATED, UNDECIDED))


def _ratio(claim: Claim, measured: Any, bound: Any) -> np.ndarray:
    """Measured over bound; 1 where both are 0, up to the claim's tolerance."""
    measured, bound = np.asarray(measured, float), np.asarray(bound, float)
    equal = (measured == bound) | ((bound == 0) & (np.abs(measured) <= claim.atol))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(equal, 1.0, measured / bound)


def _distance(ratio: Any) -> np.ndarray:
    """How far a ratio is from 1, on a logarithmic scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(np.log(np.asarray(ratio, float)))
    return np.where(np.isnan(size), np.inf, size)


def _strain(claim: Claim, outcome: Outcome) -> float:
    """The larger, the nearer to a violation or the deeper in one."""
    if claim.relation == "==":
        return float(_distance(outcome.ratio))
    return outcome.ratio if claim.relation == "<=" else -outcome.ratio


def _worst(
    claim: Claim,
    case: dict,
    outside: bool,
    measured: Interval,
    bound: np.ndarray,
    status: np.ndarray,
    runs: int,
) -> Outcome:
    """Of cases compared at once the one that decides, with its own parameters."""
    shape = np.broadcast_shapes(np.shape(measured.value), bound.shape)
    value, low, high, bound, status = (
        np.broadcast_to(v, shape).reshape(-1)
        for v in (measured.value, measured.low, measured.high, bound, status)
    )
    ratio = _ratio(claim, value, bound)
    strain = {"<=": ratio, ">=": -ratio, "==": _distance(ratio)}[claim.relation]
    at = np.lexsort((strain, status))[-1]
    own = {name: _own(v, shape, at) for name, v in case.items()}
    return Outcome(
        own,
        outside,
        max(1, len(status)),
        float(value[at]),
        float(low[at]),
        float(high[at]),
        float(bound[at]),
        int(status[at]),
        float(ratio[at]),
        float(ratio[np.argmin(_distance(ratio))]),
        runs,
    )


def _own(value: Any, shape: tuple[int, ...], at: int) -> Any:
    """The parameter of one case: an array's leading axes are the cases'.

    Of a landscape, method or function only its name is kept.
    """
    if not isinstance(value, (np.ndarray, np.generic, *SIMPLE)):
        words = (getattr(value, key, "") for key in ("label", "name", "__name__"))
        return next(filter(None, words), type(value).__name__)
    if not isinstance(value, np.ndarray) or not shape:
        return value
    if value.shape[: len(shape)] != shape:
        try:
            value = np.broadcast_to(value, shape)
        except ValueError:
            return value
    one = value.reshape(-1, *value.shape[len(shape) :])[at]
    return one.item() if one.ndim == 0 else one


def _tightness(claim: Claim, outcomes: list[Outcome]) -> float:
    inside = [o for o in outcomes if not o.outside]
    if claim.relation == "==":
        return max((o.ratio for o in inside), key=lambda r: float(_distance(r)))
    return min((o.nearest for o in inside), key=lambda r: float(_distance(r)))


def _verdict(claim: Claim, outcomes: list[Outcome], near: float) -> tuple[str, str]:
    inside = [o for o in outcomes if not o.outside]
    for status, verdict in ((VIOLATED, "refuted"), (UNDECIDED, "open")):
        found = [o for o in inside if o.status == status]
        if found:
            worst = max(found, key=lambda o: _strain(claim, o))
            word = "" if status == VIOLATED else "undecided, "
            return verdict, f"{word}{told(claim, worst)}"
    if claim.tight is not None and not np.exp(-_distance(near)) >= claim.tight:
        raise Unfit(
            f"vacuous: the nearest case comes to {near:.3g} of the bound, promised was "
            f"{claim.tight:g}"
        )
    beyond = [o for o in outcomes if o.outside]
    reason = f"proof: {claim.proof}" if claim.proof else "evidence in numbers"
    if beyond:
        failing = sum(o.status == VIOLATED for o in beyond)
        reason += f"; outside its assumptions it fails in {failing} of {len(beyond)}"
        reason += "" if failing else " (not needed as far as tested)"
    return ("holds" if claim.proof else "supported"), reason


def told(claim: Claim, outcome: Outcome) -> str:
    """An outcome in one line."""
    o, interval = outcome, ""
    if o.high > o.low:
        interval = f" [{o.low:.4g}, {o.high:.4g}]"
    sign = {"<=": "<=", ">=": ">=", "==": "="}[claim.relation]
    after = f" after {o.runs} runs" if o.runs else ""
    return (
        f"measured {o.measured:.5g}{interval}, claimed {sign} {o.bound:.5g}"
        f"{' at ' * bool(o.case)}{words(o.case)}{after}"
    )


def words(case: dict[str, Any]) -> str:
    """A case as `eta = 0.1, rho = 2`."""
    return ", ".join(f"{name} = {_word(value)}" for name, value in case.items())


def _word(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.size > 8:
            return f"array {value.shape}"
        return "(" + ", ".join(f"{v:.5g}" for v in value.reshape(-1)) + ")"
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(_word(v) for v in value) + ")"
    if isinstance(value, (float, np.floating)):
        return f"{value:.5g}"
    return str(value)
