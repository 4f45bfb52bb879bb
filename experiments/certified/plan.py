"""What is to be certified, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import xarray

from experiments.certified.ball import ball
from experiments.certified.column import Column, column
from theory import methods

BALL = "sam ball"
NUMBERS = (
    "proved", "refuted", "refuted_low", "theorem", "quadratic", "pieces", "dim",
    "ratio",
)  # fmt: skip


def edges(config: Any) -> np.ndarray:
    """Ends of the columns, nearer to one another where limits fall fast."""
    return config.most_rho * np.linspace(0, 1, config.columns + 1) ** 2


def by_map(config: Any) -> dict[str, list[tuple]]:
    """The cases of each map, `("column", ...)`, and of SAM's ball."""
    plans: dict[str, list[tuple]] = {}
    ends = edges(config)
    # First, since each takes long.
    finite = {word: mu for word, mu in config.classes.items() if mu > 0}
    if finite and "distance" in config.measures:
        plans[BALL] = [
            (BALL, word, mu, 3 if config.quick else 39) for word, mu in finite.items()
        ]
    for spec in config.methods:
        for kappa, mu in config.classes.items():
            for measure in config.measures:
                if mu < 0 and measure != "descent":
                    continue
                # GD has no radius: one column says all.
                cut = ends[[0, -1]] if spec == "gd" else ends
                places = [
                    Column(spec, mu, float(low), float(high), config.most_eta)
                    for low, high in pairwise(cut)
                ]
                plans[f"{spec} {kappa} {measure}"] = [
                    ("column", spec, kappa, measure, k, place)
                    for k, place in enumerate(places)
                ]
    return plans


def owner(case: tuple) -> str:
    """The map a case belongs to."""
    return BALL if case[0] == BALL else " ".join(case[1:4])


def do(kind: str, *arguments: Any) -> xarray.Dataset:
    """One case."""
    if kind == BALL:
        return ball(*arguments)
    spec, kappa, measure, k, place = arguments
    found = column(place, measure)
    label = methods.make(spec).label
    cell = {"algorithm": [label], "kappa": [kappa], "measure": [measure], "column": [k]}
    shape = (1, 1, 1, 1)
    return xarray.Dataset(
        {name: (tuple(cell), np.full(shape, float(found[name]))) for name in NUMBERS},
        coords=cell,
    )


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of one map, whatever order they finished in."""
    finished = sorted(done, key=lambda item: item[0][:5])
    along = "kappa" if finished[0][0][0] == BALL else "column"
    return xarray.concat([part for _, part in finished], along, data_vars="all")


def merge(whole: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All maps, in the order of the options; NaN where nothing was asked."""
    ends = edges(config)
    columns = np.arange(config.columns)
    spread = [
        part.reindex(column=columns, method="ffill")  # GD's single column
        if "column" in part.dims
        else part
        for part in whole
    ]
    dataset = xarray.merge(
        spread, join="outer", compat="no_conflicts", combine_attrs="drop"
    )
    order = {
        "algorithm": [methods.make(spec).label for spec in config.methods],
        "kappa": list(config.classes),
        "measure": list(config.measures),
    }
    dataset = dataset.reindex({k: v for k, v in order.items() if k in dataset.dims})
    return dataset.assign_coords(
        radius_low=("column", ends[:-1]),
        radius_high=("column", ends[1:]),
        curvature=("kappa", list(config.classes.values())),
    ).assign_attrs(rate=config.most_eta)
