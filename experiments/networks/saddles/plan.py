"""What is to be measured, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray

from experiments import run
from experiments.networks.saddles.escape import escape
from experiments.networks.saddles.hallucination import hallucination
from experiments.networks.saddles.sites import NAMES
from experiments.networks.saddles.training import training
from landscapes.splits import present, split
from theory import methods

WORK = {"escape": escape, "training": training, "hallucination": hallucination}
# Images alone: the features of a table are not averaged.
DATA = ("digits", "fashion_mnist")
COUNTS = ("index", "nullity", "index_predicted", "nullity_predicted", "parameters")


def data_sets(config: Any) -> list[str]:
    """The data sets asked for, or all that are here.

    Raises:
        ValueError: one is none of images, is not here, or is named twice.
    """
    named = list(config.data)
    for name in named:
        if name not in DATA:
            raise ValueError(
                f"saddles are measured on images, of {', '.join(DATA)}, got `{name}`."
            )
        if not present(name):
            split(name)  # says what is missing
    if len(set(named)) < len(named):
        raise ValueError(f"a data set is named twice: {' '.join(named)}.")
    return named or [name for name in DATA if present(name)]


def by_part(config: Any) -> dict[str, list[tuple]]:
    """The cases of each part, `(measurement, data, *arguments, config)`.

    Raises:
        ValueError: a data set or method is unknown or named twice.
    """
    run.distinct("methods", {s: methods.make(s).label for s in config.methods})
    seeds = range(config.seed, config.seed + config.seeds)
    plans: dict[str, list[tuple]] = {}
    for data in data_sets(config):
        for name in NAMES[: config.most_saddles]:
            cases = [("escape", data, name, spec, config) for spec in config.methods]
            plans[owner(cases[0])] = cases
        for spec in config.methods:
            cases = [("training", data, spec, seed, config) for seed in seeds]
            plans[owner(cases[0])] = cases
        for eta in config.hallucination_eta_grid:
            case = ("hallucination", data, eta, config)
            plans[owner(case)] = [case]
    return plans


def owner(case: tuple) -> str:
    """The part a case belongs to: a saddle, a method, or a learning rate."""
    measurement, data, what = case[:3]
    return f"{data} {measurement} {what}".replace("/", "-").replace(",", "")


def do(measurement: str, *arguments: Any) -> xarray.Dataset:
    """Runs one case."""
    return WORK[measurement](*arguments)


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of one part as one dataset, whatever order they finished in."""
    return merge(dataset for _, dataset in sorted(done, key=lambda one: one[0][:-1]))


def merge(parts: Iterable[xarray.Dataset]) -> xarray.Dataset:
    """Results side by side; NaN where there is none."""
    return xarray.merge(
        parts, join="outer", compat="no_conflicts", combine_attrs="drop"
    )


def in_order(dataset: xarray.Dataset, config: Any) -> xarray.Dataset:
    """Data, saddles and methods as they were named (merging sorts them)."""
    labels = [methods.make(spec).label for spec in config.methods]
    names = [name for name in NAMES if name in dataset.saddle]
    ordered = dataset.reindex(data=data_sets(config), algorithm=labels, saddle=names)
    ordered = ordered.assign({key: ordered[key].astype(np.int64) for key in COUNTS})
    return ordered.assign_attrs(starts=config.starts)
