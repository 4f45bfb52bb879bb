"""Pairs of methods, each at its best cell, from many seeds, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from theory.interval import Interval, mean
from theory.kept import Unkept
from theory.measured.reading import dataset

EXPERIMENT = "variants_again"
AT_LEAST = (30,)  # seeds: all that are kept are used, at once
POINT = 1.0  # percentage points
# In the notes of every row that reads it.
SETTING = (
    "MLPs of 32 neurons on 1000 images of digits and of Fashion-MNIST, right labels "
    "and a fifth of them wrong, plain steps on mini-batches, the same epochs for all; "
    "each method at the learning rate and radius, of 10 by 3, that test best on three "
    "other seeds; given these, one partition of the data and its test images. No "
    "number of seeds tells a difference of 0 from a tiny one: more accurate is meant "
    "by half a point or more. Choosing the same by fewer images was partly chance: "
    "`experiments.variants` could not tell. "
)


def tasks(method: str, other: str, words: str = "") -> Iterator[dict[str, str]]:
    """Every task, of a method beside another.

    Args:
        method: its label.
        other: label of the one it is compared with.
        words: what a task's name contains.

    Raises:
        Unkept: there is no such result, or none of such a task.
    """
    found = [t for t in dataset(EXPERIMENT).task.values.astype(str) if words in t]
    if not found:
        raise Unkept(f"waits for {words} in `experiments.{EXPERIMENT}`")
    for task in found:
        yield {"task": task, "method": method, "other": other}


def gained(
    task: str, method: str, other: str, runs: int, seed: int, level: float
) -> Interval:
    """Percentage points of test accuracy, paired by seed, over all that are kept.

    Args:
        task: a data set.
        method: label.
        other: label of the one it is compared with.
        runs: at least so many seeds.
        seed: not used: the seeds were drawn when the experiment ran.
        level: probability that the interval misses.

    Raises:
        Unkept: there are fewer seeds.
    """
    test = dataset(EXPERIMENT).test_accuracy.sel(task=task)
    apart = (test.sel(algorithm=method) - test.sel(algorithm=other)).dropna("seed")
    if apart.sizes["seed"] < runs:
        raise Unkept(f"waits for {runs} seeds of {task} in `experiments.{EXPERIMENT}`")
    return mean(100 * apart.values, level)
