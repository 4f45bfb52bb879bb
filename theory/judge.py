"""The verdict on a claim, computed from its cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from theory.claim import Claim
from theory.interval import exact
from theory.kept import Unkept
from theory.outcome import (
    UNDECIDED,
    VIOLATED,
    Outcome,
    compared,
    decisive,
    distance,
    one_of,
    told,
    words,
)

ALPHA = 1e-3  # probability that any interval of one random claim misses the truth


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
    case comes near is no verdict: the claim has `failed`. One whose kept result is not
    there is `open`.
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
        except Unkept as error:
            outcomes, verdict, reason = [], "open", str(error)
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
    level = level_of(claim, len(inside) + len(outside))
    for case in (*inside, *outside):
        beyond = any(case is other for other in outside)
        if np.any(np.asarray(claim.within(**case), dtype=bool) == beyond):
            side = "inside" if beyond else "outside"
            raise Unfit(f"a case lies {side} the assumptions: {words(case)}")
        yield outcome(claim, case, beyond, level)


def level_of(claim: Claim, count: int) -> float:
    """How often each interval of a claim of so many cases, of every stage, may miss."""
    return ALPHA / count / max(1, len(claim.runs))


def outcome(claim: Claim, case: dict, outside: bool, level: float) -> Outcome:
    """What one case measures beside its bound, stage by stage until it is decided.

    Args:
        claim: whose.
        case: its parameters; of many at once the one that decides is told.
        outside: whether it lies outside of the assumptions.
        level: of `level_of`.

    Raises:
        Unfit: the measurement or the bound is not a number.
    """
    with np.errstate(all="ignore"):  # overflow is how divergence looks
        bound = np.asarray(claim.bound(**case), dtype=float)
    runs = 0
    for stage, runs in enumerate(claim.runs or (0,)):  # noqa: B007
        drawn = {"runs": runs, "seed": stage, "level": level} if runs else {}
        with np.errstate(all="ignore"):
            measured = exact(claim.measured(**case, **drawn))
        status = compared(claim, measured, bound)
        if not np.any(status == UNDECIDED):
            break
    unknown = np.isnan(bound) | np.isnan(measured.value)
    if unknown.any():
        first = int(unknown.reshape(-1).argmax())
        one = {name: one_of(v, unknown.shape, first) for name, v in case.items()}
        raise Unfit(f"not a number at {words(one)}")
    return decisive(claim, case, outside, measured, bound, status, runs)


def _strain(claim: Claim, outcome: Outcome) -> float:
    """The larger, the nearer to a violation or the deeper in one."""
    if claim.relation == "==":
        return float(distance(outcome.ratio))
    return outcome.ratio if claim.relation == "<=" else -outcome.ratio


def _tightness(claim: Claim, outcomes: list[Outcome]) -> float:
    inside = [o for o in outcomes if not o.outside]
    if claim.relation == "==":
        return max((o.ratio for o in inside), key=lambda r: float(distance(r)))
    return min((o.nearest for o in inside), key=lambda r: float(distance(r)))


def _verdict(claim: Claim, outcomes: list[Outcome], near: float) -> tuple[str, str]:
    inside = [o for o in outcomes if not o.outside]
    for status, verdict in ((VIOLATED, "refuted"), (UNDECIDED, "open")):
        found = [o for o in inside if o.status == status]
        if found:
            worst = max(found, key=lambda o: _strain(claim, o))
            word = "" if status == VIOLATED else "undecided, "
            return verdict, f"{word}{told(claim, worst)}"
    if claim.tight is not None and not np.exp(-distance(near)) >= claim.tight:
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
