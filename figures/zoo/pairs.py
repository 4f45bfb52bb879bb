"""Methods beside their renormalised forms: names, colours, what a sign means."""

from __future__ import annotations

import textwrap

import xarray
from matplotlib.figure import Figure

from experiments.zoo.answer import scaled
from experiments.zoo.lineup import AMSGRAD
from figures import style
from figures.networks import words
from theory import methods

# Of what Stable changes for the better, for the worse, and of what is not decided.
COLORS = {1: "#0072B2", -1: "#D55E00", 0: "#777777"}
NAMES = {methods.label(AMSGRAD): "AMSGrad"}
LETTERS = 18  # of a caption, an inch


def pairs(dataset: xarray.Dataset) -> dict[str, str]:
    """Every method that has a renormalised form, and that form, in order."""
    return {plain: label for label, plain in scaled(dataset).items()}


def rows(dataset: xarray.Dataset) -> list[tuple[str, str]]:
    """Methods with their renormalised forms, then those without: an empty label."""
    known = pairs(dataset)
    there = dict.fromkeys(dataset.algorithm.values.astype(str))
    alone = [label for label in there if label not in {*known, *known.values()}]
    known = {plain: label for plain, label in known.items() if plain in there}
    return [*known.items(), *((label, "") for label in alone)]


def name(label: str) -> str:
    """A method's, without what stands in brackets."""
    return NAMES.get(label) or words.drawn(label.partition(" (")[0])


def tasks(dataset: xarray.Dataset) -> tuple[list[str], str]:
    """Tasks as they are usually written, and apart from them what all end with."""
    known = [str(n).replace(":", " ").split() for n in dataset.task.values]
    shared = 0
    while (
        shared < min(map(len, known)) - 1 and len({n[-1 - shared] for n in known}) == 1
    ):
        shared += 1
    own = [words.plain(" ".join(n[: len(n) - shared])) for n in known]
    return own, words.plain(" ".join(known[0][len(known[0]) - shared :]))


def legend(figure: Figure, handles: list, *sentences: str) -> None:
    """What marks mean below the picture, and above that how it was measured."""
    told = textwrap.fill(" ".join(sentences), int(style.width() * LETTERS))
    columns = 3 if style.width() > 6 else 2
    figure.legend(
        handles=handles, loc="outside lower center", ncols=columns, title=told,
        title_fontsize="x-small", fontsize="small",
    )  # fmt: skip


def statistics(dataset: xarray.Dataset) -> str:
    """What the intervals are, as the experiment says it."""
    told = [str(dataset.attrs[n]) for n in ("statistic", "multiplicity")
            if n in dataset.attrs]  # fmt: skip
    chosen = "; of accuracies, with the difference that hindsight would choose"
    chosen *= "choice" in dataset.attrs
    return f"Intervals: {'; '.join(told)}{chosen}." if told else ""
