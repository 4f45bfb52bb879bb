"""The ledger as text: a line a row, a summary, an explanation, a table for notes."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from theory import claims
from theory.claim import VERDICTS
from theory.judge import Judgement
from theory.ledger import Row
from theory.outcome import OK, VIOLATED, told, words
from theory.plain import plain

MEANING = {
    "T": "theorem proved in paper_notes.md",
    "N": "established in numbers, no proof yet",
    "A": "read in the source's own text",
    "B": "read in its authors' code",
    "C": "read second-hand, constants to be confirmed",
    "M": "from memory, unverified",
}
HEAD = ("id", "verdict", "g", "nearest", "what is claimed, by whom", "what decided")


def line(row: Row) -> str:
    """One row: id, verdict, grade, how near the nearest case came, claim, by, why."""
    mark = "" if row.agrees else f"!= {row.expected}  "
    by = f"{row.title} [{row.source}]"
    return (
        f"{row.id:4}{row.verdict:10} {row.grade}  {near(row.tightness):>8}  "
        f"{mark}{by}: {decided(row)}"
    )


def decided(row: Row) -> str:
    """What decided, with the numbers of the case that did."""
    at = next((j for j in row.judgements if j.verdict == row.verdict), None)
    if at is None or at.verdict in ("refuted", "open", "failed") or not at.worst:
        return row.reason
    # Of a case that agrees the numbers and names say enough.
    case = {k: v for k, v in at.worst.case.items() if isinstance(v, (int, float, str))}
    return f"{told(at, replace(at.worst, case=case))} ({row.reason})"


def near(tightness: float) -> str:
    """Measured over bound, to where it differs from 1."""
    if math.isnan(tightness):
        return "-"
    return f"{tightness:.4f}" if 0.01 <= abs(tightness) < 100 else f"{tightness:.1e}"


def summary(rows: list[Row]) -> str:
    """How many hold, are supported, refuted, open; which differ from expected."""
    count = Counter(row.verdict for row in rows)
    text = f"{len(rows)} statement{'s'[: len(rows) != 1]}: " + ", ".join(
        f"{count[verdict]} {verdict}" for verdict in (*reversed(VERDICTS), "failed")
        if count[verdict] or verdict != "failed"
    )  # fmt: skip
    differ = [row.id for row in rows if not row.agrees]
    return f"{text}; " + (
        f"not as expected: {', '.join(differ)}" if differ else "all as expected"
    )


def explain(row: Row, width: int = 100) -> str:
    """The statement, its proof or source, every case's numbers, where to look."""
    statement = claims.load(row.id)
    stem = f"theory/claims/{row.id.lower()}.py"
    parts = [
        f"{row.id}: {row.title}",
        f"by {row.source}; grade {row.grade}: {MEANING[row.grade]}",
        f"verdict: {row.verdict} (expected: {row.expected}); {row.reason}",
        f"look at: {', '.join((stem, *statement.code))}",
        *filter(None, [plain(statement.notes)]),
    ]
    for judgement in row.judgements:
        parts += ["", *_explained(judgement)]
    return "\n".join([*(_filled(part, width) for part in parts), ""])


def _filled(text: str, width: int) -> str:
    """A part in lines of at most so many letters; all but the first are indented."""
    said = text.lstrip()
    start = text.removesuffix(said)
    lines = textwrap.wrap(
        said, width, initial_indent=start, subsequent_indent=f"{start}  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines)


def _explained(j: Judgement) -> Iterator[str]:
    """What was claimed, and case by case what was measured."""
    yield f"{j.id}  {j.verdict} (expected: {j.expected}; grade {j.grade})"
    yield f"  {plain(j.says)}"
    if not j.reason.startswith("measured"):  # as a case below has it
        yield f"  {j.reason}"
    sign = j.relation.replace("==", "=")
    for o in j.outcomes:
        where = "outside" if o.outside else "within"
        how = {OK: "holds", VIOLATED: "violated"}.get(o.status, "undecided")
        runs = f", {o.runs} runs" if o.runs else ""
        many = f", the worst of {o.count} cases" if o.count > 1 else ""
        low, high = f"{o.low:.6g}", f"{o.high:.6g}"
        limits = f" [{low}, {high}]" if low != high else ""
        yield (
            f"  {how} {where} its assumptions{runs}{many}: measured {o.measured:.6g}"
            f"{limits}, claimed {sign} {o.bound:.6g}, ratio {o.ratio:.6g}; "
            f"{words(o.case)}"
        )


def markdown(rows: list[Row]) -> str:
    """The table of paper_notes.md."""
    head = ["id", "claim", "by", "grade", "verdict", "nearest", "what decided"]
    # A typesetter takes the columns' widths from these.
    rule = ["-" * width for width in (4, 16, 12, 3, 6, 5, 34)]
    lines = [" | ".join(head), " | ".join(rule)]
    for row in rows:
        cells = (
            row.id,
            row.title,
            row.source,
            row.grade,
            row.verdict,
            near(row.tightness),
            decided(row),
        )
        lines.append(" | ".join(cell.replace("|", "∣") for cell in cells))
    return "\n".join(f"| {text} |" for text in lines)
