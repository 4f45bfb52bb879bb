"""Whole spectra at the ends: the pictures of `experiments.hessian_spectra`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.needs import opened
from figures.spectral import density, forest, manifold

RESULT = "hessian_spectra.nc"
DENSITY = "hessian_spectra"
FOREST, MANIFOLD = "hessian_spectra_forest", "hessian_spectra_manifold"
README = (FOREST, MANIFOLD)
PICTURES = {DENSITY: density, FOREST: forest, MANIFOLD: manifold}


def hessian_spectra(results: Path) -> dict[str, Callable[[], Figure]]:
    """The pictures that the result has the data for; the others are named on stderr.

    Args:
        results: folder of `hessian_spectra.nc`.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    return opened(results / RESULT, PICTURES)[1]
