"""What trains networks: the pictures of `experiments.network_regimes`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.networks import accuracy_curves, accuracy_maps, ranges, tuned, width_ratios

RESULT = "network_regimes.nc"
MAPS = "network_regimes"
README = (MAPS,)
PICTURES = {
    MAPS: accuracy_maps,
    "network_regimes_curves": accuracy_curves,
    "network_regimes_range": ranges,
    "network_regimes_ratio": width_ratios,
    "network_regimes_tuned": tuned,
}


def network_regimes(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `network_regimes.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    dataset, found = opened(results / RESULT, PICTURES)
    if MAPS in found:
        found[f"{MAPS}_maps"] = partial(accuracy_maps.draw_all, dataset)
        found[f"{MAPS}_spread"] = partial(accuracy_maps.draw_spread, dataset)
    return found
