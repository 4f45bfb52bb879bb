"""Methods beside their renormalised forms: names, colours, what a sign means."""

from __future__ import annotations

import textwrap

import xarray

from experiments.zoo.answer import scaled
from experiments.zoo.lineup import AMSGRAD
from figures import style
from figures.networks import words
from theory import methods

# Of what Stable changes for the better, for the worse, and of what is not decided.
COLORS = {1: "#0072B2", -1: "#D55E00", 0: "#777777"}
NAMES = {methods.label(AMSGRAD): "AMSGrad"}
LETTERS = 14.5  # of a caption, an inch


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


def task(label: str) -> str:
    """A task's, as it is usually written."""
    return words.plain(label.replace(":", " "))


def caption(*sentences: str) -> str:
    """In lines as wide as the picture."""
    return textwrap.fill(" ".join(sentences), int(style.width() * LETTERS))
