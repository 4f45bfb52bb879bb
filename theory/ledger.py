"""The ledger: every statement's row, computed in parallel, and as a list for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from theory import claims
from theory.claim import VERDICTS
from theory.judge import Judgement, judge
from theory.parallel import in_parallel

# A claim that could not be judged is weaker than all verdicts.
RANK = ("failed", *VERDICTS)


@dataclass(frozen=True)
class Row:
    """A statement's line.

    Args:
        id, title, source, grade: the statement's.
        verdict, expected: the weakest of its claims', and of what it combines.
        reason: what decided, in a line.
        tightness: measured over bound, of the claim that decided.
        judgements: of its claims.
        missing: ids it combines that are not in the ledger.
        picture: the data of its small picture, if asked for.
    """

    id: str
    title: str
    source: str
    grade: str
    verdict: str
    expected: str
    reason: str
    tightness: float
    judgements: tuple[Judgement, ...]
    combines: tuple[str, ...] = ()
    picture: dict[str, Any] | None = None

    @property
    def agrees(self) -> bool:
        """Whether every claim, and the row, has the verdict expected of it."""
        return self.verdict == self.expected and all(
            j.verdict == j.expected for j in self.judgements
        )


def weakest(verdicts: Iterable[str]) -> str:
    """`failed` before `refuted`, `open`, `supported` and `holds`."""
    return min(verdicts, key=RANK.index)


def row(name: str, quick: bool, draw: bool = False) -> Row:
    """Computes one statement, without what it combines."""
    statement = claims.load(name)
    judged = tuple(judge(claim, statement.grade, quick) for claim in statement.claims)
    verdict = weakest(j.verdict for j in judged)
    decided = next(j for j in judged if j.verdict == verdict)
    picture = None
    if draw and statement.picture is not None:
        picture = drawn(statement.picture())
    return Row(
        statement.id,
        statement.title,
        statement.source,
        statement.grade,
        verdict,
        weakest(claim.expected for claim in statement.claims),
        reason(decided, judged),
        # Of a claim that is refuted, the counterexample's.
        decided.worst.ratio if verdict == "refuted" else decided.tightness,
        judged,
        statement.combines,
        picture,
    )


def reason(decided: Judgement, judged: tuple[Judgement, ...]) -> str:
    """What decided, and how the statement's other claims came out."""
    others = [f"{j.id} {j.verdict}" for j in judged if j is not decided]
    text = decided.reason
    if len(judged) > 1:
        text = f"{decided.id}: {text}"
    return "; ".join([text, *others])


def rows(names: list[str], quick: bool, jobs: int, draw: bool = False) -> list[Row]:
    """All rows asked for, in the ledger's order; also what they combine is computed.

    Args:
        names: ids.
        quick: fewer cases or runs.
        jobs: processes; the rows do not depend on it.
        draw: compute the small pictures' data too.

    Raises:
        ValueError: an id is unknown, or a claim's file lacks a part.
    """
    known = claims.names()
    made = {name.upper(): claims.load(name) for name in names}
    needed = dict.fromkeys(made)
    for statement in made.values():
        for other in statement.combines:
            if other.partition(".")[0] in known:
                needed.setdefault(other.partition(".")[0])
    cases = [(name, quick, draw and name in made) for name in known if name in needed]
    computed = {case[0]: r for case, r in in_parallel(row, cases, "ledger", jobs)}
    return [combined(computed[name], computed) for name in known if name in made]


def combined(own: Row, computed: dict[str, Row]) -> Row:
    """The row with the verdicts of what it combines; what is not there is named."""
    if not own.combines:
        return own
    found, missing = {}, []
    for name in own.combines:
        other = computed.get(name.partition(".")[0])
        parts = {j.id: j for j in other.judgements} if other else {}
        if name in parts:
            found[name] = (parts[name].verdict, parts[name].expected)
        elif other and other.id == name:
            found[name] = (other.verdict, other.expected)
        else:
            missing.append(name)
    verdict = weakest([own.verdict, *(v for v, _ in found.values())])
    expected = weakest([own.expected, *(e for _, e in found.values())])
    text = own.reason
    if found:
        text += "; with " + ", ".join(f"{n} {v}" for n, (v, _) in found.items())
    if missing:
        text += f"; not in the ledger: {', '.join(missing)}"
    return replace(own, verdict=verdict, expected=expected, reason=text)


def drawn(picture: Any) -> dict[str, Any]:
    """A Picture as plain lists."""
    curves = [
        {**vars(curve), "x": listed(curve.x), "y": listed(curve.y)}
        for curve in picture.curves
    ]
    levels = picture.levels and [listed(part) for part in picture.levels]
    return {**vars(picture), "curves": curves, "levels": levels}


def listed(values: Any) -> Any:
    """An array as nested lists, rounded to 7 digits; NaN as None."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [listed(v) for v in values]
    return number(values)


def number(value: Any) -> Any:
    """A number as JSON knows it: what is not finite as a word, NaN as None."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    # The last digits depend on the library's threads.
    return float(f"{value:.7g}") if isinstance(value, float) else value


def entry(made: Row) -> dict[str, Any]:
    """A row for JSON."""
    return {
        "id": made.id,
        "title": made.title,
        "source": made.source,
        "grade": made.grade,
        "verdict": made.verdict,
        "expected": made.expected,
        "reason": made.reason,
        "tightness": number(made.tightness),
        "combines": list(made.combines),
        "claims": [
            {
                "id": j.id,
                "says": j.says,
                "relation": j.relation,
                "grade": j.grade,
                "verdict": j.verdict,
                "expected": j.expected,
                "reason": j.reason,
                "tightness": number(j.tightness),
            }
            for j in made.judgements
        ],
        "cases": [
            {
                "claim": j.id,
                "case": {k: plain(v) for k, v in o.case.items()},
                "outside": o.outside,
                "count": o.count,
                "measured": number(o.measured),
                "low": number(o.low),
                "high": number(o.high),
                "bound": number(o.bound),
                "ratio": number(o.ratio),
                "status": ("holds", "undecided", "violated")[o.status],
                "runs": o.runs,
            }
            for j in made.judgements
            for o in j.outcomes
        ],
        **({"picture": made.picture} if made.picture else {}),
    }


def plain(value: Any) -> Any:
    """A case's parameter as JSON knows it."""
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    if getattr(value, "size", 0) > 64:
        return f"array {value.shape}"
    if hasattr(value, "tolist") or isinstance(value, (float, list, tuple)):
        return listed(value)
    return str(value)
