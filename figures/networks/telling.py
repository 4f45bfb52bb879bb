"""At which learning rate and radius a method's training is shown."""

from __future__ import annotations

import numpy as np
import xarray

from figures.networks import grid
from figures.networks.seeds import diverged
from theory.measured.hovering import over

ONE = "GD"


def shown(here: xarray.Dataset) -> list[xarray.Dataset]:
    """Of a data set, each method at the rate and radius that are shown."""
    return [here.sel(algorithm=n).isel(cell) for n, cell in telling(here).items()]


def telling(here: xarray.Dataset) -> dict[str, dict[str, int]]:
    r"""Which $\eta$ and $\rho$ of a data set are shown, by method.

    One rate for all: the least at which GD comes to its edge, so that one sees the
    sharpness rise to it; where it never does, the largest. Then each method's largest
    radius at which no more seeds diverged than at others.
    """
    rate = here.sizes["eta_level"] - 1
    if ONE in here.algorithm.values:
        ratio = over(here.sel(algorithm=ONE).isel(rho_level=0), "gd").mean("seed")
        rate = int(np.append(np.flatnonzero(ratio >= 1), rate)[0])
    return {str(n): {"eta_level": rate, "rho_level": _radius(here, n, rate)}
            for n in here.algorithm.values}  # fmt: skip


def _radius(here: xarray.Dataset, label: str, rate: int) -> int:
    at = here.sel(algorithm=label).isel(eta_level=rate)
    levels = grid.levels(at)
    left = diverged(at).sum("seed").values[levels]
    return int(levels[np.flatnonzero(left == left.min())[-1]])
