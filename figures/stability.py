"""How far runs part on neighbouring data: the pictures of `experiments.stability`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.stable import ratios, summary

RESULT = "stability.nc"
# The first is the one README shows.
PICTURES = {"stability": summary, "stability_beside_sgd": ratios}


def stability(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `stability.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
