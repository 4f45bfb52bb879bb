"""Saddles of networks: the pictures of `experiments.network_saddles`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.networks import hallucinated, saddle_shares, training_ends

RESULT = "network_saddles.nc"
SHARES = "network_saddles"
README = ()
PICTURES = {
    SHARES: saddle_shares,
    "network_saddles_training": training_ends,
    "network_saddles_hallucinated": hallucinated,
}


def network_saddles(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `network_saddles.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    dataset, found = opened(results / RESULT, PICTURES)
    if SHARES in found:
        for level in dataset.start_level.values[1:]:
            page = partial(saddle_shares.page, dataset, str(level))
            found[f"{SHARES}_{level}"] = page
    return found
