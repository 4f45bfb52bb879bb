"""Which methods escape which saddles: the pictures of `experiments.saddle_escape`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.saddles import paths, summary, survival, threshold, traps

RESULT = "saddle_escape.nc"
# The first is the one README shows.
PICTURES = {
    "saddle_escape": summary,
    "saddle_escape_paths": paths,
    "saddle_escape_survival": survival,
    "saddle_escape_traps": traps,
    "saddle_escape_threshold": threshold,
}


def saddle_escape(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `saddle_escape.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    _, found = opened(results / RESULT, PICTURES)
    return found
