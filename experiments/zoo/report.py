"""The tables of `experiments.variants`, one a part, and the answer."""

from __future__ import annotations

import xarray

from experiments.zoo import answer as trained
from experiments.zoo.told import convex, cost, saddles, training

__all__ = ["answer", "table"]
# Parts beside training, by a variable that only they have: earlier results lack them.
PARTS = {"saddle_escaped": saddles, "range_failure": convex, "cost_counted": cost}


def table(dataset: xarray.Dataset) -> str:
    """A table of every part that the result holds."""
    return "\n\n".join(part.table(dataset) for part in (training, *_parts(dataset)))


def answer(dataset: xarray.Dataset) -> str:
    """Sentences of every part that the result holds, every number out of the data."""
    parts = (trained, *_parts(dataset))
    return "\n\n".join(filter(None, (part.answer(dataset) for part in parts)))


def _parts(dataset: xarray.Dataset) -> list:
    return [part for name, part in PARTS.items() if name in dataset]
