"""Excess risk: over the learning rate, in its parts, in pairs, and the good ranges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.risk import curves, forest, ranges, stacked

RESULT = "excess_risk.nc"
CURVES, PARTS = "excess_risk_curves", "excess_risk_parts"
FOREST, RANGES = "excess_risk_pairs", "excess_risk_ranges"
README = (CURVES, FOREST)
PICTURES = {CURVES: curves, PARTS: stacked, FOREST: forest, RANGES: ranges}


def excess_risk(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `excess_risk.nc`.

    Raises:
        ValueError: the result is missing, damaged or of another version.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
