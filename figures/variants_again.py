"""The picture of `experiments.variants_again`: four pairs of methods, many seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.zoo import again

RESULT = "variants_again.nc"
PICTURES = {"variants_again": again}


def variants_again(results: Path) -> dict[str, Callable[[], Figure]]:
    """The picture.

    Args:
        results: folder of `variants_again.nc`.

    Raises:
        ValueError: the result is missing, damaged or of another version.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
