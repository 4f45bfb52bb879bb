"""The ledger's rows for the page: of a computed ledger, or of the written one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures.ledger import load
from figures.report import noted
from figures.report.source import LEDGER, Source, short
from theory import claims
from theory.claim import VERDICTS
from theory.table import MEANING, near

SIGNS = {"<=": "≤", ">=": "≥", "==": "="}
KINDS = {
    "P": "the paper's sentences",
    "T": "our theorems",
    "N": "numerical findings",
    "L": "the literature",
}
COMPUTE = "`python -m theory --all --json experiments/results/ledger.json`"
WRITTEN = (
    "These verdicts are the ones committed with the notes; no experiment was run for "
    "this page. Only the number that decided a statement is kept there. For the number "
    f"of every claim write {COMPUTE} (minutes), then this report again."
)
UNTOLD = (
    "Neither a computed ledger nor the notes are here, so that no verdict is known: "
    f"write {COMPUTE} (minutes), then this report again."
)


@dataclass(frozen=True)
class Claim:
    """One claim: what it says in LaTeX, its verdict, and the number, if it is known."""

    id: str
    says: str
    relation: str
    grade: str
    verdict: str
    expected: str
    number: str
    why: str


@dataclass(frozen=True)
class Row:
    """One statement, with its claims."""

    id: str
    title: str
    source: str
    grade: str
    verdict: str
    nearest: str
    decided: str
    notes: str
    code: tuple[str, ...]
    claims: tuple[Claim, ...]

    @property
    def kind(self) -> str:
        """The letter that its name begins with."""
        return self.id[0]


@dataclass(frozen=True)
class Ledger:
    """All rows, where they come from in words, and the file, if there is one."""

    rows: tuple[Row, ...]
    origin: str
    path: Path | None

    @property
    def counts(self) -> dict[str, int]:
        """How many statements have each verdict, the strongest first."""
        return tallied(row.verdict for row in self.rows)

    @property
    def claim_counts(self) -> dict[str, int]:
        """How many claims have each verdict, the strongest first."""
        return tallied(claim.verdict for row in self.rows for claim in row.claims)


def tallied(verdicts: Any) -> dict[str, int]:
    """Counts by verdict; those that do not occur are left out, but the usual four."""
    count = Counter(verdicts)
    usual = dict.fromkeys(reversed(VERDICTS), 0)
    return {verdict: count[verdict] for verdict in usual | count}


def ledger(source: Source) -> Ledger:
    """The folder's ledger, else the kept one, else what the notes have of it.

    Raises:
        ValueError: a ledger is there and is damaged.
    """
    if path := source.file(LEDGER):
        origin = f"They were computed, and are read from `{short(path)}`."
        return Ledger(computed(path), origin, path)
    told = noted.rows()
    rows = tuple(written(name, told.get(name)) for name in claims.names())
    path = noted.NOTES if told else None
    return Ledger(rows, WRITTEN if told else UNTOLD, path)


def computed(path: Path) -> tuple[Row, ...]:
    """The rows of `python -m theory --json`.

    Raises:
        ValueError: the file is damaged or not the ledger's.
    """
    known = set(claims.names())
    try:
        return tuple(_computed(row, known) for row in load(path))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"`{path}` is damaged or not a ledger of this version; write it anew."
        ) from error


def _computed(row: dict[str, Any], known: set[str]) -> Row:
    statement = claims.load(row["id"]) if row["id"] in known else None
    tightness = row["tightness"]
    return Row(
        *(str(row[k]) for k in ("id", "title", "source", "grade", "verdict")),
        nearest=near(float("nan") if tightness is None else float(tightness)),
        decided=str(row["reason"]),
        notes=statement.notes if statement else "",
        code=statement.code if statement else (),
        claims=tuple(_claim(claim, row["cases"]) for claim in row["claims"]),
    )


def _claim(claim: dict[str, Any], cases: list[dict[str, Any]]) -> Claim:
    own = [c for c in cases if c["claim"] == claim["id"] and not c["outside"]]
    return Claim(
        *(str(claim[k]) for k in ("id", "says", "relation", "grade")),
        verdict=str(claim["verdict"]),
        expected=str(claim["expected"]),
        number=_number(claim, own),
        why=str(claim["reason"]),
    )


def _number(claim: dict[str, Any], cases: list[dict[str, Any]]) -> str:
    """Measured, claimed, of the case that decides: `3, ≤ 2` may be refuted."""
    rank = {"violated": 2, "undecided": 1}
    tightest = claim["tightness"]

    def weight(case: dict[str, Any]) -> tuple[int, bool]:
        return rank.get(case["status"], 0), case["ratio"] == tightest

    if not cases:
        return ""
    case = max(cases, key=weight)
    measured, bound = (_digits(case[key]) for key in ("measured", "bound"))
    return f"{measured}, {SIGNS[claim['relation']]} {bound}"


def _digits(value: Any) -> str:
    return "–" if value is None else f"{float(value):.5g}"


def written(name: str, told: noted.Told | None) -> Row:
    """A statement as the code has it, with what the notes say of its verdict."""
    statement = claims.load(name)
    verdicts = noted.verdicts(statement, told) if told else {}
    made = []
    for claim in statement.claims:
        verdict, why = verdicts.get(claim.id, ("unknown", ""))
        grade = claim.grade or statement.grade
        number = noted.number(why) or (noted.number(told.decided) if why else "")
        about = claim.id, claim.says, claim.relation, grade, verdict, claim.expected
        made.append(Claim(*about, number, why))
    return Row(
        statement.id,
        statement.title,
        statement.source,
        statement.grade,
        told.verdict if told else "unknown",
        told.nearest if told else "-",
        told.decided if told else "",
        statement.notes,
        statement.code,
        tuple(made),
    )


def meaning(grade: str) -> str:
    """How we know it, in words."""
    return MEANING.get(grade, grade)
