"""A kept result, read once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import xarray

from theory import kept


def dataset(experiment: str) -> xarray.Dataset:
    """What is kept of an experiment.

    Raises:
        Unkept: nothing, or nothing that can be read.
    """
    return _read(experiment, kept.KEPT)


@lru_cache(maxsize=8)
def _read(experiment: str, folder: Path) -> xarray.Dataset:
    return kept.result(experiment, folder)
