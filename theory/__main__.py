"""The ledger: every statement and its computed verdict, `python -m theory [ID ...]`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from theory import console
from theory.files import atomic, check_folder

if TYPE_CHECKING:
    from theory.ledger import Row

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "paper_notes.md"
README = ROOT / "README.md"
COUNTS = "counts"  # the sentence that README shares with the notes
LEDGER = "ledger"  # the table among the notes' parts
CHOICES = ("holds", "supported", "refuted", "open", "failed", "unexpected")


@dataclass
class Options:
    """Checks every statement about SGD, SAM and SSAM by running the methods.

    Exit code 0: every verdict is the expected one; 1: some are not; 2: bad input.
    """

    ids: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[ID ...]", help="T7, L4 ...; else all"),
    ] = ()
    quick: bool = False
    """every statement on fewer cases or runs"""
    only: Annotated[str, tyro.conf.arg(metavar="VERDICT")] = ""
    """show only rows that hold, are supported, refuted, open, failed or unexpected"""
    explain: bool = False
    """the statement, its proof or source, each case's numbers, where to look"""
    json: Annotated[str, tyro.conf.arg(metavar="FILE")] = ""
    """write the rows, their cases and pictures to FILE"""
    write: bool = False
    """renew what the notes and README have of it (all statements, not --quick)"""
    recompute: bool = False
    """first run anew the experiments whose kept results these rows read (hours)"""
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    """processes; the rows do not depend on it"""

    def __post_init__(self) -> None:
        """Checks what can be checked before any work."""
        if self.jobs < 1:
            raise console.BadOption(f"--jobs must be >= 1, got {self.jobs}.")
        if self.only and self.only not in CHOICES:
            raise console.BadOption(
                f"--only is one of {', '.join(CHOICES)}, got `{self.only}`."
            )
        if self.json and Path(self.json).is_dir():
            raise console.BadOption(f"--json takes a file, `{self.json}` is a folder.")
        if self.write and (self.ids or self.quick):
            raise console.BadOption("--write takes all statements, without --quick.")


def work(options: Options) -> None:
    """Computes the rows, prints them, writes what is asked for."""
    # One thread a process: sums do not depend on --jobs, and two rows run at once.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from theory import claims, errata, kept, ledger, table, written

    if options.json:
        check_folder(Path(options.json).absolute().parent)
    if options.write:
        written.part(NOTES, LEDGER)
        written.part(README, COUNTS)
    names = list(options.ids) or claims.names()
    if options.recompute:
        kept.recompute(name for row in names for name in claims.load(row).reads)
    rows = ledger.rows(names, options.quick, options.jobs, draw=bool(options.json))
    shown = [row for row in rows if _matches(row, options.only)]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in shown:
        print(table.explain(row) if options.explain else table.line(row)[:width])
    print(table.summary(rows))
    for name in dict.fromkeys(name for row in names for name in claims.load(row).reads):
        if older := kept.told(name):
            print(older)
    if options.json:
        text = json.dumps([ledger.entry(row) for row in rows], indent=1)
        with atomic(Path(options.json).absolute()) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
        print(f"written: {options.json}")
    if options.write:
        parts = errata.parts(rows)
        written.renew(NOTES, parts | {LEDGER: table.markdown(rows)})
        written.renew(README, {COUNTS: parts[COUNTS]})
        print(f"written: {NOTES.name}, {README.name}")
    if not all(row.agrees for row in rows):
        sys.exit(1)


def _matches(row: Row, only: str) -> bool:
    if only == "unexpected":
        return not row.agrees
    return only in ("", row.verdict)


if __name__ == "__main__":
    console.main(Options, work, "theory")
