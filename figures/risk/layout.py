"""What the pictures of excess risk share: which cases, and their names."""

from __future__ import annotations

import xarray

from figures import style
from figures.networks import words

MOST = 5  # columns of a page


def shown(dataset: xarray.Dataset) -> list[tuple[str, int]]:
    """Tasks and their largest n: of each data set the first task, as many as fit."""
    first: dict[str, str] = {}
    for task in dataset.task.values.astype(str):
        first.setdefault(task.split()[0], task)
    each = -(-len(first) // (MOST if style.width() > 6 else 3))
    return [(task, largest(dataset, task)) for task in list(first.values())[::each]]


def largest(dataset: xarray.Dataset, task: str) -> int:
    """The largest n that was run."""
    there = dataset.eta_unit.sel(task=task).notnull().any("batch")
    return int(dataset.n.where(there).max())


def name(task: str) -> str:
    """`breast cancer noisy`."""
    return words.plain(task).replace("_", " ")


def batch(label: str) -> str:
    """`one sample a step`, `16 samples a step`, `all samples`."""
    if label == "n":
        return "all samples a step"
    return "one sample a step" if label == "1" else f"{label} samples a step"
