"""Where methods converge: the pictures of `experiments.learning_rate_regimes`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from experiments.run import load
from figures.needs import drawable
from figures.regimes import maps, radius, trace, usable

RESULT = "learning_rate_regimes.nc"
FOLDER = "traces"  # where `make regimes` puts them
RANGE = "learning_rate_regimes_range"
RADIUS = "learning_rate_regimes_radius"
README = ("learning_rate_regimes", RADIUS)
PICTURES = {
    "learning_rate_regimes": maps,
    RANGE: usable,
    RADIUS: radius,
}


def learning_rate_regimes(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `learning_rate_regimes.nc`; the traces are there too, or in
            the folder `traces`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    path = results / RESULT
    dataset = load(path)
    lacking = {}
    if usable.ONE not in dataset.algorithm.values:
        lacking[RANGE] = [f"{usable.ONE} to compare with"]
    if "limit_low" in dataset and not dataset.limit_low.notnull().any():
        lacking[RADIUS] = ["learning rate at which a method converges"]
    found = drawable(dataset, PICTURES, lacking)
    if RADIUS in found:
        found[f"{RADIUS}_all"] = partial(radius.draw_all, dataset)
    if "learning_rate_regimes" in found:
        for end, names in maps.pages(dataset).items():
            found[f"learning_rate_regimes_{end}"] = partial(maps.page, dataset, names)
    traces = trace.found(results, FOLDER)
    if traces:
        found["learning_rate_regimes_trace"] = partial(trace.draw, traces)
    else:
        print(
            f"learning_rate_regimes_trace: left out, no `{trace.FILES}` at `{results}`"
            " (the experiment's option --trace makes them)",
            file=sys.stderr,
        )
    if not found:
        raise ValueError(f"`{path}` holds nothing to draw: run the whole experiment.")
    return found
