"""The ledger as `paper_notes.md` has it, read back row by row."""

from __future__ import annotations

import re
from typing import NamedTuple

from theory import written
from theory.__main__ import LEDGER, NOTES
from theory.claim import VERDICTS, Statement

SAID = "|".join((*VERDICTS, "failed"))
NUMBER = re.compile(r"measured (\S+?)(?: \[[^\]]*\])?, claimed (<=|>=|=) (\S+)")
PROVED = ("proof:", "evidence in numbers")
SIGNS = {"<=": "≤", ">=": "≥", "=": "="}


class Told(NamedTuple):
    """A row of the table: its cells but for the title's and the source's."""

    verdict: str
    nearest: str
    decided: str


def rows() -> dict[str, Told]:
    """The table's rows by id; none where there are no notes.

    Raises:
        ValueError: the notes have no such table.
    """
    if not NOTES.is_file():
        return {}
    found = {}
    for line in written.part(NOTES, LEDGER).splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) != 7:
            raise ValueError(f"`{NOTES.name}`: the ledger has no row `{line[:60]}`.")
        found[cells[0]] = Told(cells[4], cells[5], cells[6])
    return found


def verdicts(statement: Statement, told: Told) -> dict[str, tuple[str, str]]:
    """The verdict of each claim, and of the one that decided what is said of it.

    The last cell names the claim that decided first, with its reason, and how all
    others came out.
    """
    own = {claim.id for claim in statement.claims}
    found = {
        name: (verdict, "")
        for name, verdict in re.findall(rf"(\S+) ({SAID})\b", told.decided)
        if name in own
    }
    (left,) = own - set(found) if len(own - set(found)) == 1 else ("",)
    if left:
        reason = _reason(told.decided, left)
        found[left] = (_verdict(reason), reason)
    return found


def _reason(decided: str, name: str) -> str:
    """What was said of the claim that decided, without the others."""
    _, named, after = decided.partition(f"{name}: ")
    if not named:
        _, named, after = decided.partition(" (")
        if not after.startswith(PROVED):
            after = decided
    text = re.split(rf"; (?:with )?\S+ (?:{SAID})\b", after)[0]
    return text.removesuffix(")") if text.count(")") > text.count("(") else text


def _verdict(reason: str) -> str:
    """A reason begins in a way of its own for each verdict."""
    begins = {
        "proof:": "holds",
        "evidence in numbers": "supported",
        "measured": "refuted",
        "undecided": "open",
        "waits": "open",
    }
    return next((v for k, v in begins.items() if reason.startswith(k)), "failed")


def number(text: str) -> str:
    """`1.2, ≤ 3.4` out of `measured 1.2, claimed <= 3.4 at ...`."""
    found = NUMBER.search(text)
    return f"{found[1]}, {SIGNS[found[2]]} {found[3]}" if found else ""
