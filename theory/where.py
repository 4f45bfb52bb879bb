"""Copies the table "Where does a new X go?" of README into CONTRIBUTING.md.

    python -m theory.where

README is where it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory import console, written
from theory.namespace import ROOT, only_in_repository

PAGE = ROOT / "CONTRIBUTING.md"
PART = "where"
HEADING = "## Where does a new X go?"


@dataclass
class Options:
    """Renews the table "Where does a new X go?" in CONTRIBUTING.md from README."""


def table() -> str:
    """README's table, in Markdown."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, section = text.partition(f"{HEADING}\n")
    lines = section.partition("\n## ")[0].splitlines()
    return "\n".join(line for line in lines if line.startswith("|"))


def work(options: Options) -> None:
    """Writes it."""
    only_in_repository("its pages")
    written.renew(PAGE, {PART: table()})
    print(f"written: {PAGE.name}")


if __name__ == "__main__":
    console.main(Options, work, "theory.where")
