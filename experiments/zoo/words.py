"""What was done, in the result's own attributes."""

from __future__ import annotations

from typing import Any

import xarray

from experiments.networks import words
from experiments.networks.curved import TOL
from experiments.networks.paired import LEVEL, Pairs

CHOICE = 0.005  # of test accuracy: as far off may a difference in hindsight be


def attributes(whole: xarray.Dataset, against: Pairs) -> dict[str, Any]:
    """The statistics, and of what they speak."""
    tasks, fresh = whole.sizes["task"], whole.sizes["fresh_seed"]
    counts = {name: len(pairs) * tasks for name, pairs in against.items()}
    told = ", ".join(f"{count} with {name}" for name, count in counts.items())
    return words.attributes(whole) | {
        "statistic": f"paired t over {fresh} seeds, {100 * (1 - LEVEL):g} % together",
        "multiplicity": (
            "Bonferroni over the comparisons of all tasks, a family for each question: "
            f"{told}; test accuracies and curvatures apart"
        ),
        "choice": (
            "intervals of test accuracy hold the difference in hindsight, too, at the "
            "cells that are best on the grid's test data, give or take "
            f"{100 * CHOICE:g} points: what is chosen on validation data is partly "
            "chance"
        ),
        "comparisons": sum(counts.values()),
        "base": (
            "plain steps, no momentum, no weight decay, no schedule; all methods have "
            "the same epochs, whatever their gradients cost; hyperparameters other "
            "than eta and rho are the defaults"
        ),
        "curvature": (
            "largest eigenvalue of the Hessian of the training loss at the end of the "
            f"fresh runs, by block Lanczos to a residual of {TOL:g}"
        ),
    }
