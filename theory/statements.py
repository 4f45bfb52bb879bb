"""The statements of the ledger, listed without computing any."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from landscapes.registry import unknown
from theory import claims, listing, written

CLAIMS = Path(claims.__file__).parent


@dataclass(frozen=True)
class Listed:
    """A statement's line.

    Args:
        id, title: the statement's.
        verdict: that the notes' ledger has, as it was computed last; else empty.
        times: seconds to check it, by kind of run, as far as measured.
    """

    id: str
    title: str
    verdict: str
    times: dict[str, float]


def statements(notes: Path, part: str) -> list[Listed]:
    """All statements in the ledger's order.

    Args:
        notes: the file that has the ledger; verdicts are empty where it is missing.
        part: the ledger's name among its parts.
    """
    verdicts = _verdicts(notes, part) if notes.is_file() else {}
    return [
        Listed(name, _title(name), verdicts.get(name, ""), _times(name))
        for name in claims.names()
    ]


def _times(name: str) -> dict[str, float]:
    return listing.times("statements", name)


def _verdicts(notes: Path, part: str) -> dict[str, str]:
    """The ledger's column of verdicts, by id."""
    lines = written.part(notes, part).splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if "|" in line]
    column = rows[0].index("verdict")
    return {row[1]: row[column] for row in rows[2:]}


def _title(name: str) -> str:
    """What the file hands to `Statement` as its title; only the syntax is read."""
    text = (CLAIMS / f"{name.lower()}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Statement":
            said = [k.value for k in node.keywords if k.arg == "title"] + node.args[1:2]
            return str(ast.literal_eval(said[0])) if said else ""
    return ""


def show(notes: Path, part: str) -> None:
    """Lists the commands of this package, and the statements."""
    print("Commands, each run as `python -m NAME`; --help says more:\n")
    print(listing.listed(listing.commands("theory")))
    print(
        "\nStatements, each checked by `python -m theory ID`, all by --all; with "
        "--explain\nit says what was claimed, what was measured, and where to look:\n"
    )
    rows = [
        (s.id, s.verdict, *listing.both(s.times), s.title)
        for s in statements(notes, part)
    ]
    print(listing.table(("", "verdict", "full", "--quick", ""), rows))
    print(f"\nVerdicts: as {notes.name} has them.\n{listing.measured_on()}".rstrip())


def check(ids: list[str]) -> None:
    """Refuses an id that is no statement's, before any work.

    Raises:
        ValueError: names the nearest statements and commands.
    """
    known = claims.names()
    for name in ids:
        if name.upper() not in known:
            others = listing.names("theory")
            raise unknown("statement or command", name, [*known, *others])
