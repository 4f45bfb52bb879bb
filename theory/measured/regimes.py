"""Which networks train and how they test, cell by cell, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray

from theory.interval import Interval
from theory.measured.reading import dataset

EXPERIMENT = "network_regimes"
# In the notes of every row that reads it.
SETTING = (
    "MLPs of 32 neurons and a small CNN on 1000 digits, an MLP on 2000 Fashion-MNIST "
    "images, plain steps on mini-batches, 24 learning rates, five radii a method. "
)


def tasks(methods: tuple[str, ...], other: str, words: str = "") -> Iterator[dict]:
    """Every task and method, beside another.

    Args:
        methods: labels.
        other: label of the one they are compared with.
        words: what a task's name contains.
    """
    for task in dataset(EXPERIMENT).task.values.astype(str):
        for method in methods:
            if words in task:
                yield {"task": task, "method": method, "other": other}


def gained(task: str, method: str, other: str) -> Interval:
    """Percentage points of test accuracy, each at its own best, on fresh seeds.

    With the simultaneous intervals of the experiment (Bonferroni).
    """
    return _interval(_at(task, method, other), "difference", 100.0)


def extended(task: str, method: str, other: str) -> Interval:
    """By which factor the largest learning rate that trains is the other method's.

    At the largest radius at which both train from all seeds.
    """
    at = _at(task, method, other)
    level = int(np.flatnonzero(at.train_largest_ratio.notnull())[-1])
    return _interval(at.isel(rho_level=level), "train_largest_ratio")


def _at(task: str, method: str, other: str) -> xarray.Dataset:
    return dataset(EXPERIMENT).sel(task=task, algorithm=method, versus=other)


def _interval(at: xarray.Dataset, name: str, unit: float = 1.0) -> Interval:
    return Interval(*(unit * float(at[name + end]) for end in ("", "_low", "_high")))
