"""The picture of `experiments.network_edges`: where training ends, seed by seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.networks import upper

RESULT = "network_edges.nc"
PICTURES = {"network_edges": upper}


def network_edges(results: Path) -> dict[str, Callable[[], Figure]]:
    """The picture.

    Args:
        results: folder of `network_edges.nc`.

    Raises:
        ValueError: the result is missing, damaged or of another version.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
