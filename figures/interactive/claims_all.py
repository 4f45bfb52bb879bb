"""All cases of a claim beside each other, and which of them refutes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures.interactive.bounds_curve import measured
from figures.interactive.claims_case import all_cases, lead
from theory.claim import Claim
from theory.interval import exact
from theory.outcome import VIOLATED, Outcome, distance


@dataclass(frozen=True, eq=False)
class Seen:
    """A case and what came of it.

    Args:
        number: of the case.
        outcome: of many at once, the one that decides; None: refused.
        fault: why, in words; else empty.
    """

    number: int
    outcome: Outcome | None
    fault: str = ""


def outcomes(claim: Claim) -> Iterator[Seen]:
    """The quick cases one after the other, judged as in the ledger."""
    cases, _ = all_cases(claim)
    for number, case in enumerate(cases):
        try:
            yield Seen(number, measured(claim, case, len(cases)))
        except ValueError as error:
            yield Seen(number, None, str(error))


def refuting(claim: Claim, seen: list[Seen]) -> Seen | None:
    """The case within the assumptions that is farthest on the wrong side, if any is."""
    wrong = [
        each
        for each in seen
        if each.outcome and not each.outcome.outside and each.outcome.status == VIOLATED
    ]

    def strain(each: Seen) -> float:
        ratio = each.outcome.ratio
        if claim.relation == "==":
            return float(distance(ratio))
        return ratio if claim.relation == "<=" else -ratio

    return max(wrong, key=strain, default=None)


def place(claim: Claim, case: dict[str, Any], found: Outcome) -> int:
    """Which of the cases that are computed at once is the one that decided."""
    shape = lead(claim, case)
    if not shape:
        return 0
    stage = claim.runs.index(found.runs) if claim.runs else 0
    drawn = {"runs": found.runs, "seed": stage, "level": 0.5} if claim.runs else {}
    with np.errstate(all="ignore"):
        value = exact(claim.measured(**case, **drawn)).value
        bound = np.asarray(claim.bound(**case), dtype=float)
    value, bound = np.broadcast_arrays(value, bound)
    at = np.argwhere((value == found.measured) & (bound == found.bound))
    if not len(at):
        return 0
    ahead = value.shape[: len(shape)] == shape
    own = at[0][: len(shape)] if ahead else at[0][-len(shape) :]
    return int(np.ravel_multi_index(tuple(own), shape))
