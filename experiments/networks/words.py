"""What was done, in the result's own attributes."""

from __future__ import annotations

from typing import Any

import xarray

from experiments.networks.paired import LEVEL
from experiments.networks.ranges import DRAWS, FRACTION
from experiments.networks.training import BURST
from experiments.networks.tuned import family


def attributes(whole: xarray.Dataset) -> dict[str, Any]:
    """The statistics, and of what they speak."""
    labels = [str(label) for label in whole.algorithm.values]
    count = family(labels, whole.sizes["task"])
    seeds, fresh = whole.sizes["seed"], whole.sizes["fresh_seed"]
    return {
        "statistic": f"paired t over {fresh} seeds, {100 * (1 - LEVEL):g} % together",
        "multiplicity": f"Bonferroni over {count} comparisons of all tasks",
        "comparisons": count,
        "selection": (
            f"eta and rho by the largest mean validation accuracy over {seeds} seeds "
            "(ties: least validation loss); retrained from fresh seeds, judged on test "
            "data"
        ),
        "spread": (
            "seeds differ in initialisation and in the order of mini-batches; the data "
            "are parted once, so that intervals do not tell of other samples"
        ),
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
            "mean test accuracy within a standard error of the method's best; "
            f"{100 * (1 - LEVEL):g} % of {DRAWS} draws of the seeds; each by itself"
        ),
    }
