"""The table and the answer of `experiments.edge_of_stability`."""

from __future__ import annotations

import xarray

from experiments.edges.hovering import mean, over
from experiments.text import align


def table(dataset: xarray.Dataset) -> str:
    """One row a method and radius."""
    rows = [("data", "method", "x")]
    for data in dataset.data.values:
        part = dataset.sel(data=data)
        for name in part.algorithm.values:
            own = part.sel(algorithm=name)
            rows.append((data, name, str(mean(over(own, "edge")))))
    return align(rows)


def answer(dataset: xarray.Dataset) -> str:
    """The answer."""
    return ""
