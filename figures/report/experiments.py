"""What each experiment answers, told by its own report out of its result."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from figures.paper_notes import REPORTS
from figures.report.pictures import Picture, picture
from figures.report.source import KNOWN, MAPS, Source
from theory.kept import KEPT


@dataclass(frozen=True)
class Told:
    """An experiment's answer.

    Args:
        name: of the experiment.
        question: the first line of its description.
        paragraphs: the answer.
        table: as it prints it; empty if it prints none.
        pictures: those that README or the notes show.
        origin: where its result was.
        command: that made it.
        fault: why there is no answer, empty if there is.
    """

    name: str
    question: str
    paragraphs: tuple[str, ...]
    table: str
    pictures: tuple[Picture, ...]
    origin: str
    command: str
    fault: str = ""


def told(source: Source) -> list[Told]:
    """Every experiment that has a result.

    Raises:
        ValueError: a result is damaged, foreign, or of another version.
    """
    return [one for name in KNOWN if (one := _told(name, source))]


def _told(name: str, source: Source) -> Told | None:
    found = source.result(name)
    if found is None:
        return None
    dataset, path = found
    module = importlib.import_module(f"experiments.{name}")
    report = importlib.import_module(
        REPORTS.get(name, "experiments.regimes.report" if name == MAPS else "")
    )
    question = module.__doc__.strip().splitlines()[0]
    about = str(path.parent), f"python -m experiments.{name}"
    try:
        answer = report.answer(dataset)
        paragraphs = tuple(line for line in answer.splitlines() if line.strip())
        table = report.table(dataset)
        pictures = tuple(_pictures(name, path.parent))
    except (KeyError, ValueError, AttributeError) as error:
        # A result of --quick, or of a part of the experiment, has no data for all.
        fault = f"{path}: it lacks what a whole result has ({error})."
        if path.parent == KEPT:
            raise ValueError(fault) from error
        return Told(name, question, (), "", (), *about, fault)
    return Told(name, question, paragraphs, table, pictures, *about)


def _pictures(name: str, folder: Path) -> Iterator[Picture]:
    """Those that README shows, or the one of the experiment's name."""
    module = importlib.import_module(f"figures.{name}")
    with redirect_stderr(StringIO()):  # which pictures lack data is no news here
        drawable = getattr(module, name)(folder)
    for title in getattr(module, "README", (name,)) or (name,):
        if title in drawable:
            words = title.replace("_", " ")
            yield picture(title, f"Figure: {words}; the text says it.", drawable[title])
