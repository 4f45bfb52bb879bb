"""What each experiment answers, told by its own report out of its result."""

from __future__ import annotations

import importlib
import re
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from figures.paper_notes import REPORTS
from figures.report.pictures import Picture, picture
from figures.report.source import KNOWN, MAPS, Source, short
from theory.kept import KEPT

# The figure of an experiment, where it is not the one of its name.
SHOWN = {
    "excess_risk": "excess_risk_pairs",
    "hessian_spectra": "hessian_spectra_manifold",
    "network_saddles": "network_saddles_training",
    "variants": "variants_forest",
}
# Where a sentence ends, and another begins.
SENTENCE = re.compile(r"(?<=[.?!)]) (?=[A-Z])|\n+")


@dataclass(frozen=True)
class Told:
    """An experiment's answer.

    Args:
        name: of the experiment.
        question: the first line of its description.
        sentences: the answer.
        picture: one of its figures.
        origin: where its result was.
        command: that made it.
        fault: why there is no answer, empty if there is.
    """

    name: str
    question: str
    sentences: tuple[str, ...]
    picture: Picture | None
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
    about = short(path), f"python -m experiments.{name}"
    try:
        sentences = tuple(filter(None, SENTENCE.split(report.answer(dataset))))
        drawn = _picture(name, path.parent)
    except (KeyError, ValueError, AttributeError) as error:
        # A result of --quick, or of a part of the experiment, has no data for all.
        fault = f"{path}: it lacks what a whole result has ({error})."
        if path.parent == KEPT:
            raise ValueError(fault) from error
        return Told(name, question, (), None, *about, fault)
    return Told(name, question, sentences, drawn, *about)


def _picture(name: str, folder: Path) -> Picture | None:
    """The experiment's figure, if its result has the data for it."""
    title = SHOWN.get(name, name)
    module = importlib.import_module(f"figures.{name}")
    with redirect_stderr(StringIO()):  # which pictures lack data is no news here
        drawable = getattr(module, name)(folder)
    if title not in drawable:
        return None
    shows = f"Figure of {name.replace('_', ' ')}; the sentences below tell it."
    return picture(title, shows, drawable[title])
