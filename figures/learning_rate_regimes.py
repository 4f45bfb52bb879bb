"""Where methods converge: the pictures of `experiments.learning_rate_regimes`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from experiments.run import load
from figures.regimes import maps, radius, trace, usable

RESULT = "learning_rate_regimes.nc"
FOLDER = "traces"  # where `make regimes` puts them
README = ("learning_rate_regimes", "learning_rate_regimes_radius")
PICTURES = {
    "learning_rate_regimes": maps,
    "learning_rate_regimes_range": usable,
    "learning_rate_regimes_radius": radius,
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
    found = {}
    for name, module in PICTURES.items():
        missing = [f"`{need}`" for need in module.NEEDS if need not in dataset]
        if module is usable and usable.ONE not in dataset.algorithm.values:
            missing.append(f"{usable.ONE} to compare with")
        if missing:
            print(f"{name}: left out, no {', '.join(missing)}", file=sys.stderr)
        else:
            found[name] = partial(module.draw, dataset)
    if "learning_rate_regimes_radius" in found:
        found["learning_rate_regimes_radius_all"] = partial(radius.draw_all, dataset)
    if "learning_rate_regimes" in found:
        for end, names in maps.pages(dataset).items():
            found[f"learning_rate_regimes_{end}"] = partial(maps.page, dataset, names)
    traces = trace.found(results, FOLDER)
    if traces:
        found["learning_rate_regimes_trace"] = partial(trace.draw, traces)
    else:
        print(
            f"learning_rate_regimes_trace: left out, no `{trace.FILES}` at `{results}`",
            file=sys.stderr,
        )
    if not found:
        raise ValueError(f"`{path}` holds nothing to draw: run the whole experiment.")
    return found
