"""What the ledger says of the literature and of itself, as parts of the notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.judge import Judgement
    from theory.ledger import Row

WORDS = {
    "holds": "hold",
    "supported": "supported by numbers only",
    "open": "open",
    "refuted": "refuted with a counterexample",
}


def parts(rows: list[Row]) -> dict[str, str]:
    """Text by name: how many statements there are, what is refuted, what is open."""
    return {
        "counts": counts(rows),
        "errata": errata(rows),
        "unsettled": unsettled(rows),
    }


def counts(rows: list[Row]) -> str:
    """A sentence or two."""
    found = Counter(row.verdict for row in rows)
    told = [f"{found[verdict]} {words}" for verdict, words in WORDS.items()]
    claims = [judgement for row in rows for judgement in row.judgements]
    undecided = sum(judgement.verdict == "open" for judgement in claims)
    return (
        f"The ledger has {len(rows)} statements, made of {len(claims)} claims. No "
        f"verdict is typed in: {', '.join(told)}; {undecided} of the claims undecided."
    )


def errata(rows: list[Row]) -> str:
    """Every claim that is refuted, with the case that does it."""
    lines = [
        f"- **{j.id}** ({row.source}): {j.says}. *Refuted*: {j.reason}."
        for row, j in _with("refuted", rows)
    ]
    return "\n".join(lines)


def unsettled(rows: list[Row]) -> str:
    """Every claim that is open, with the reason."""
    lines = [f"- **{j.id}**: {j.says}. {j.reason}." for _, j in _with("open", rows)]
    return "\n".join(lines) or "None."


def _with(verdict: str, rows: list[Row]) -> Iterator[tuple[Row, Judgement]]:
    return ((row, j) for row in rows for j in row.judgements if j.verdict == verdict)
