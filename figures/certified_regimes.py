"""What is proved and what refuted: the pictures of `experiments.certified_regimes`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from experiments.run import load
from figures.certified import ball, largest, maps, stability

RESULT = "certified_regimes.nc"


def certified_regimes(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `certified_regimes.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    dataset = load(results / RESULT)
    offered = {
        "certified_regimes": largest,  # the one README shows
        "certified_regimes_stability": stability,
        "certified_regimes_ball": ball,
    }
    found: dict[str, Callable[[], Figure]] = {}
    for name, module in offered.items():
        if module.suits(dataset):
            found[name] = partial(module.draw, dataset)
        else:
            print(f"{name}: left out, its cases are missing", file=sys.stderr)
    for measure in dataset.measure.values:
        found[f"certified_regimes_{measure}"] = partial(maps.draw, dataset, measure)
    return found
