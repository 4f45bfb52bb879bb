"""Where networks stall, and SAM's ascent points, for the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from theory.interval import Interval, proportion
from theory.measured.reading import dataset

EXPERIMENT = "network_saddles"
# In the notes of every row that reads it.
SETTING = (
    "MLPs with one hidden layer on digits and Fashion-MNIST, six seeds, three "
    "learning rates; runs that share a seed are counted as if they did not. "
)
LEVEL = 1e-3  # probability that an interval misses


def starts(method: str) -> Iterator[dict[str, Any]]:
    """Both scales of the initialisation, with a method at its largest radius."""
    for scale in dataset(EXPERIMENT)["scale"].values.astype(str):
        yield {"scale": scale, "method": method}


def unlearnt(scale: str, method: str) -> Interval:
    """The share of runs that end above descending curvature, at a constant's loss.

    Of both data sets together.
    """
    at = dataset(EXPERIMENT).sel(scale=scale, algorithm=method)
    at = at.isel(train_rho_level=0 if method == "GD" else -1)
    runs = int(at.runs.sum())
    return proportion(round(float((at.plateau * at.runs).sum())), runs, LEVEL)


def radii() -> Iterator[dict[str, Any]]:
    """Of SAM, where hallucinated minimisers are looked for."""
    whole = dataset(EXPERIMENT)
    for data in whole.data.values.astype(str):
        for rho in whole.hallucination_rho.values:
            yield {"data": data, "rho": float(rho)}


def hallucinated(data: str, rho: float) -> np.ndarray:
    """The share of SAM's runs that end at one, from a cold and a warm start, `(2,)`."""
    at = dataset(EXPERIMENT).sel(data=data, hallucination_rho=rho)
    return np.array([float(at.hallucinated), float(at.hallucinated_warm)])
