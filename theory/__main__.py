"""Which statements about SGD, SAM and SSAM are true? The ledger's computed verdicts.

    python -m theory
    python -m theory --all --quick
    python -m theory L13 --explain
    python -m theory --only refuted

Without arguments it lists what there is. A verdict follows from what was measured and
what was claimed, which share no code.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from landscapes.registry import unknown
from theory import console, statements
from theory.files import atomic, check_folder
from theory.namespace import only_in_repository
from theory.running import run_named

if TYPE_CHECKING:
    from theory.ledger import Row

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "paper_notes.md"
README = ROOT / "README.md"
COUNTS = "counts"  # the sentence that README shares with the notes
WIDTH = 100  # the longest lines of an explanation
LEDGER = "ledger"  # the table among the notes' parts
CHOICES = ("holds", "supported", "refuted", "open", "failed", "unexpected")


@dataclass
class Options:
    """Which statements about SGD, SAM and SSAM are true? Checked by running them.

    Without arguments: lists the commands and the statements, computing nothing.

    Exit code 0: every verdict is the expected one; 1: some are not; 2: bad input;
    74: a file cannot be written; 130: stopped.
    """

    ids: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[ID ...]", help="statements: T7, L4 ..."),
    ] = ()
    all: bool = False
    """every statement (so do --quick, --only, --json, --write, --recompute alone)"""
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
            raise console.BadOption(f"--only: {unknown('verdict', self.only, CHOICES)}")
        if self.json and Path(self.json).is_dir():
            raise console.BadOption(f"--json takes a file, `{self.json}` is a folder.")
        if self.all and self.ids:
            raise console.BadOption(f"--all takes no ids, got {' '.join(self.ids)}.")
        if self.explain and not (self.ids or self.all or self.quick or self.only):
            raise console.BadOption("--explain needs statements, or --all: try T7.")
        if self.write and (self.ids or self.quick):
            raise console.BadOption("--write takes all statements, without --quick.")

    @property
    def asked(self) -> bool:
        """Whether anything is to be computed."""
        said = (self.ids, self.all, self.quick, self.only, self.explain, self.json)
        return any((*said, self.write, self.recompute))


def work(options: Options) -> None:
    """Lists; or computes the rows, prints them, writes what is asked for."""
    if options.asked:
        compute(options)
    else:
        statements.show(NOTES, LEDGER)


def compute(options: Options) -> None:
    """Computes the rows, prints them, writes what is asked for."""
    # One thread a process: sums do not depend on --jobs, and two rows run at once.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from theory import claims, errata, kept, ledger, table, written

    if options.json:
        check_folder(Path(options.json).absolute().parent)
    if options.write:
        only_in_repository("the notes")
        written.part(NOTES, LEDGER)
        written.part(README, COUNTS)
    names = list(options.ids) or claims.names()
    statements.check(names)
    if options.recompute:
        kept.recompute(name for row in names for name in claims.load(row).reads)
    rows = ledger.rows(names, options.quick, options.jobs, draw=bool(options.json))
    shown = [row for row in rows if _matches(row, options.only)]
    for row in shown:
        print(_told(row, options.explain))
    print(table.summary(rows))
    _say_older(name for row in names for name in claims.load(row).reads)
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


def _told(row: Row, explain: bool) -> str:
    """A row as a line, which a terminal's width ends, or explained."""
    from theory import table

    wide = shutil.get_terminal_size((WIDTH, 24)).columns
    if explain:
        return table.explain(row, min(wide, WIDTH))
    return table.line(row)[: wide if sys.stdout.isatty() else None]


def _say_older(experiments: Iterable[str]) -> None:
    """Which kept results were read that the code of now did not make."""
    from theory import kept

    if older := list(filter(None, map(kept.told, dict.fromkeys(experiments)))):
        print("Kept results older than the code (--recompute: anew, in hours):")
        print(*(f"  {line}" for line in older), sep="\n")


def _matches(row: Row, only: str) -> bool:
    if only == "unexpected":
        return not row.agrees
    return only in ("", row.verdict)


if __name__ == "__main__":
    run_named("theory", __package__)
    console.main(Options, work, "theory")
