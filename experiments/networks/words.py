"""What was done, in the result's own attributes."""

from __future__ import annotations

from typing import Any

import xarray

from experiments.networks.answer import said
from experiments.networks.paired import LEVEL, columns
from experiments.networks.ranges import FRACTION
from experiments.networks.training import BURST
from experiments.networks.tuned import OVERFLOWN, family


def attributes(whole: xarray.Dataset) -> dict[str, Any]:
    """The statistics, and of what they speak."""
    labels = [str(label) for label in whole.algorithm.values]
    count = family(columns(labels), whole.sizes["task"])
    seeds, fresh = whole.sizes["seed"], whole.sizes["fresh_seed"]
    return {
        "statistic": f"paired t over {fresh} seeds, {100 * (1 - LEVEL):g} % together",
        "multiplicity": f"Bonferroni over {count} comparisons of all tasks",
        "comparisons": count,
        "selection": (
            f"eta and rho by the largest mean validation accuracy over {seeds} seeds "
            "(ties: least validation loss); retrained from fresh seeds, judged on test "
            f"data; a run that overflows then has an accuracy of {OVERFLOWN:g}"
        ),
        "budget": _budget(whole),
        "spread": (
            "given the chosen cells, one partition of the data and its one test set: "
            "seeds differ in initialisation and in the order of mini-batches, so that "
            "intervals tell neither of other samples nor of another choice"
        ),
        "images": _images(whole),
        "base": (
            "plain steps, no momentum, no weight decay, no schedule; all methods have "
            "the same epochs, in which all but SGD take twice its gradients"
        ),
        "trained": (
            f"training loss at the end below {FRACTION:g} of the start's, and at the "
            f"end of no epoch not finite or above {BURST:g} times the start's"
        ),
        "train_ratios": (
            f"geometric mean over {seeds} seeds, {100 * (1 - LEVEL):g} % interval by t "
            "on logarithms, widened by the grid's step; each by itself"
        ),
        "test_ratios": (
            "from the first to the last rate that trains and whose mean test accuracy "
            "is within a standard error (the median over the rates that train) of the "
            "best at the same method and radius; known to two steps of the grid either "
            "way, without an interval over seeds"
        ),
    } | _normed(whole)


def _budget(whole: xarray.Dataset) -> str:
    """How many cells each method was chosen from: more of them find more by chance."""
    rates, cells = whole.sizes["eta_level"], {}
    for label, unit in zip(
        whole.algorithm.values, whole.radius_unit.values, strict=True
    ):
        count = rates * (1 if unit == "none" else whole.sizes["rho_level"])
        cells.setdefault(count, []).append(said(str(label)))
    told = (f"{count} for {', '.join(names)}" for count, names in cells.items())
    return f"cells chosen from: {'; '.join(told)}"


def _images(whole: xarray.Dataset) -> str:
    """How many percentage points one sample is, by data set."""
    said = {}
    for task in whole.task.values:
        sizes = whole.samples.sel(task=task)
        validation, test = (
            f"{100 / float(sizes.sel(part=part)):.2g}"
            for part in ("validation", "test")
        )
        data, *_ = str(task).split()
        said[data] = f"{test} on {data} ({validation} in validation)"
    return f"one image is, in percentage points, {', '.join(said.values())}"


def _normed(whole: xarray.Dataset) -> dict[str, str]:
    """What is said of models with batch normalisation alone."""
    tasks = [str(task) for task in whole.task.values[whole.batch_norm.values]]
    if not tasks:
        return {}
    return {
        "batch_norm": (
            f"{', '.join(tasks)}: normalised by the statistics of the samples at hand, "
            "in validation and test, too, none are kept: an accuracy there depends on "
            "which samples are judged together"
        )
    }
