"""What was measured and certified: those parts of the notes anew, and their PDF.

    python -m figures.paper_notes

Renews the parts of `paper_notes.md` that say what was measured, from the kept results
(`python -m theory --write` renews what it has of the ledger), and builds a PDF where
pandoc and a TeX engine are here. `make paper_notes` does all.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from experiments import run
from figures.notes.certified import certified, regions
from figures.notes.networks import extended, gained
from theory import kept, written
from theory.files import atomic
from theory.namespace import only_in_repository

NOTES = run.ROOT / "paper_notes.md"
TABLES = run.ROOT / "docs/measured.md"
# Experiments whose results are kept, in the order of the appendix, and who tells them.
REPORTS = {
    "edge_of_stability": "experiments.edges.report",
    "network_regimes": "experiments.networks.report",
    "network_saddles": "experiments.networks.saddles.report",
    "network_edges": "experiments.networks.upper_report",
    "variants": "experiments.zoo.report",
    "variants_again": "experiments.zoo.again.report",
    "stability": "experiments.stable.report",
    "convergence": "experiments.converging.report",
    "excess_risk": "experiments.risk.report",
    "hessian_spectra": "experiments.spectral.report",
}
ENGINES = ("xelatex", "lualatex", "tectonic")
SETTINGS = run.ROOT / "figures/notes/pandoc.yaml"


@dataclass
class Options:
    """Renews what the notes say was measured and certified, and builds their PDF."""

    out: Path = Path("figures/out")
    """folder of the PDF"""


def measured(experiment: str) -> str:
    """A kept result's answer, a paragraph a line."""
    report = importlib.import_module(REPORTS[experiment])
    return "\n\n".join(report.answer(kept.result(experiment)).splitlines())


def tables() -> str:
    """The page of all kept results' tables."""
    parts = ["# What was measured: the tables\n\nWritten by `make paper_notes`."]
    for name in REPORTS:
        table = importlib.import_module(REPORTS[name]).table(kept.result(name))
        parts.append(f"## `python -m experiments.{name}`\n\n```\n{table}\n```")
    return "\n\n".join(parts) + "\n"


def parts() -> dict[str, str]:
    """All of them, by name."""
    made = {part.__name__: part() for part in (extended, gained, certified, regions)}
    return {name: measured(name) for name in REPORTS} | made


def built(out: Path) -> str:
    """Builds the PDF; its path, or what is missing, in words."""
    pandoc = shutil.which("pandoc")
    engine = next(filter(shutil.which, ENGINES), None)
    if not (pandoc and engine):
        lacking = "pandoc" if not pandoc else f"one of {', '.join(ENGINES)}"
        return f"no PDF: {lacking} is not here"
    run.check_folder(out)
    path = out / "paper_notes.pdf"
    words = [
        pandoc,
        str(NOTES),
        f"--defaults={SETTINGS}",
        f"--pdf-engine={engine}",
        f"--resource-path={run.ROOT}",
        f"--output={path.name}",
    ]
    # Engines leave files where they run.
    done = subprocess.run(words, cwd=out, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"pandoc built no PDF: {done.stderr.strip().splitlines()[0]}")
    return str(path)


def work(options: Options) -> None:
    """Renews, builds, says so."""
    only_in_repository("the notes")
    written.renew(NOTES, parts())
    with atomic(TABLES) as temporary:
        temporary.write_text(tables(), encoding="utf-8")
    print(f"written: {NOTES.name}, {TABLES.relative_to(run.ROOT)}")
    print(built(options.out))


if __name__ == "__main__":
    run.main(Options, work, "figures.paper_notes")
