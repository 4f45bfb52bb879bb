"""Rates, worst cases and floors: the pictures of `experiments.convergence`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.converging import floors, overview, speeds
from figures.needs import opened

RESULT = "convergence.nc"
README = ("convergence",)
PICTURES = {
    "convergence": overview,
    "convergence_floors": floors,
    "convergence_speeds": speeds,
}


def convergence(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `convergence.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
