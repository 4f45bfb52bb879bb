"""What problems are called, and which of them are shown."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np
import xarray

SYMBOLS = {"T": "o", "eta": "s", "n": "D"}
FIRST = ("breast_cancer", "logistic")  # shown, if it is there


def plain(data: str) -> str:
    """A data set's name without underscores."""
    base, _, twin = PurePath(data).stem.partition(":")
    return base.replace("_", " ") + (" twin" if twin else "")


def called(data: str, model: str, between: str = "\n") -> str:
    """A task's name, in two lines unless said."""
    return f"{plain(data)}{between}{model}"


def tasks(found: xarray.Dataset) -> list[tuple[str, str]]:
    """Data sets and models, in order."""
    pairs = zip(found.data.values.tolist(), found.model.values.tolist(), strict=True)
    return list(dict.fromkeys(pairs))


def reference(found: xarray.Dataset) -> float:
    """The learning rate that is shown, in units of 1/beta: the nearest to 1/2."""
    levels = found.eta_level.values
    return float(levels[np.abs(np.log(levels / 0.5)).argmin()])


def telling(
    found: xarray.Dataset, data: str | None = None, model: str | None = None
) -> str:
    """The problem of middle size of a task; of the first one that suits."""
    pairs = tasks(found)
    chosen = (data, model) if data else FIRST if FIRST in pairs else pairs[0]
    here = (found.data == chosen[0]) & (found.model == chosen[1])
    names = found.problem.values[here.values]
    return str(names[len(names) // 2])
