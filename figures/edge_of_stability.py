"""Where sharpness settles: the pictures of `experiments.edge_of_stability`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.networks import edge_curves, edge_ratios, late_growth, late_switch

RESULT = "edge_of_stability.nc"
CURVES = "edge_of_stability"
README = (CURVES,)
PICTURES = {
    CURVES: edge_curves,
    "edge_of_stability_ratios": edge_ratios,
    "edge_of_stability_late": late_switch,
    "edge_of_stability_growth": late_growth,
}


def edge_of_stability(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `edge_of_stability.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    dataset, found = opened(results / RESULT, PICTURES)
    if CURVES in found:
        for name in dataset.data.values:
            found[f"{CURVES}_{name}"] = partial(edge_curves.page, dataset, name)
    return found
