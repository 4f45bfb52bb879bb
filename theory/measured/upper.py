"""The largest learning rates that train, from many seeds, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from theory.interval import Interval, mean
from theory.kept import Unkept
from theory.measured.reading import dataset

EXPERIMENT = "network_edges"
STAGES = (30, 60)  # seeds; the second where the first do not decide


def tasks(method: str, words: str = "") -> Iterator[dict[str, str]]:
    """Every network on which a method is measured, beside SGD.

    Args:
        method: its label.
        words: what a task's name contains.
    """
    for task in dataset(EXPERIMENT).task.values.astype(str):
        if words in task:
            yield {"task": task, "method": method, "other": "GD"}


def over(
    task: str, method: str, other: str, runs: int, seed: int, level: float
) -> Interval:
    """By which factor the largest learning rate that trains is the other method's.

    A geometric mean over so many of the kept seeds, the first ones.

    Args:
        task: a network.
        method: label.
        other: label of the one it is compared with.
        runs: how many seeds.
        seed: not used: the seeds were drawn when the experiment ran.
        level: probability that the interval misses.

    Raises:
        Unkept: there are fewer seeds.
        ValueError: one trains at the last rate that was tried.
    """
    at = dataset(EXPERIMENT).sel(task=task, algorithm=[method, other])
    at = at.isel(seed=np.flatnonzero(at.edge.notnull().all("algorithm"))[:runs])
    if at.sizes["seed"] < runs:
        raise Unkept(f"waits for {runs} seeds of {task} in `experiments.{EXPERIMENT}`")
    if (at.cut > 0).any():
        raise ValueError(f"{task}: a seed trains at the last rate that was tried.")
    one, two = (at.edge.sel(algorithm=label).values for label in (method, other))
    return factor(one / two, level)


def factor(quotients: np.ndarray, level: float) -> Interval:
    """The geometric mean, with the interval of its logarithm.

    Args:
        quotients: one a seed, at least 30.
        level: probability that the interval misses.
    """
    found = mean(np.log(quotients), level)
    return Interval(*(np.exp(end) for end in (found.value, found.low, found.high)))
