"""The maps over eta, rho and starts: swept, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray

from experiments.sweep import Sweep, sweep

NAME = "learning_rate_regimes"


def maps(jobs: dict[tuple[str, str], Sweep], config: Any) -> dict[tuple, Path]:
    """Sweeps what is missing; the file of every landscape and method."""
    paths = sweep(list(jobs.values()), config, NAME)
    return dict(zip(jobs, paths, strict=True))


def seen(path: Path) -> xarray.Dataset:
    """A map's counts `(rho, eta, verdict)` and the landscape's own start's verdicts.

    Its single runs stay on disk.
    """
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        own = opened.verdict.isel(seed=0, start=0)
        return xarray.Dataset({"counts": opened.counts, "first": own}).load()


def shares(chart: xarray.Dataset) -> np.ndarray:
    """Of the runs of every cell, `(rho, eta, verdict)`."""
    counts = chart.counts.values
    return counts / counts.sum(axis=-1, keepdims=True)
