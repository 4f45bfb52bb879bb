r"""The boundaries between verdicts in the plane (eta, rho), followed and not gridded.

A trace is one landscape, one method, the landscape's own start. The plane has `size` x
`size` nodes, both axes logarithmic; a cell is four neighbouring nodes, a boundary cell
one whose labels differ: the verdict and, of runs that converged (to a point or a band),
the minimum. `theory.tracing` finds them for at most 1/50 of the grid's runs. A method
without a radius (GD) has the same label along a whole column, and one run for it.

The file `trace-<landscape>-<method>.nc`:

- attributes `landscape`, `method`, `label` (of the method), `radius_unit`, `steps`,
  `size`, `places` (JSON list of the critical points by place: "minimum (3, 0.5)");
- `runs` of at most `budget`; `complete` 1, or 0 where the budget ended before single
  cells everywhere: then `widest` is the width of the widest boundary cell (else 1) and
  `unfollowed` cells continue the boundary that were not looked at;
- `missed`: chance that an island of the share `missed_area` of the plane was not seen,
  at most, whatever its shape (the samples are drawn at random, evenly); one that
  contains a square of `sure_width` x `sure_width` nodes is seen for sure;
- `dimension`, `dimension_low`, `dimension_high`: of all boundaries together, by
  counting boxes (`theory.tracing.dimension` says what the interval means); 1 is a
  smooth curve; NaN where there is none;
- `eta`, `rho` `(size,)`: the axes; the index i lies at `eta[i]`;
- `label_map`, `place_map` `(map_rho, map_eta)` int8, int16: verdict and place (-1 for
  none) at every 8th node, for 4096 nodes `(512, 512)`, coordinates beside them; guessed
  inside boundary cells wider than 1;
- `cell_rho`, `cell_eta`, `cell_width` `(cell,)` int16: the corner of least indices of
  each boundary cell, and its width: it reaches from `eta[i]` to `eta[i + width]`, at
  most the last node. Width 1, but where the budget ended;
- `cell_a`, `cell_b` `(cell,)` int8: two verdicts that meet there, `cell_place_a`,
  `cell_place_b` int16 their places; a = b where two minima meet;
- `pair_a`, `pair_b`, `pair_cells`, `pair_dimension`, `pair_dimension_low`,
  `pair_dimension_high` `(pair,)`: the same dimension of the boundary between two
  verdicts by itself, NaN where it has few cells;
- `box_width`, `box_count` `(box,)`: what `dimension` is the slope of;
- `resolution` `(region_rho, region_eta)` int16: the widest boundary cell in each region
  of `sure_width` x `sure_width` cells, 0 where no boundary is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import xarray

import landscapes
from experiments import run
from experiments.regimes.trace_labels import Labels, place_of, verdict_of
from theory import methods
from theory.tracing.boundary import Boundary
from theory.tracing.dimension import dimension
from theory.tracing.follow import SHARE, follow

SIZE = 4096
COARSE = 32  # width of the cells it begins with
SAMPLES = 4  # random nodes a coarse cell
MAP = 512  # nodes along each axis of the map to draw
ISLAND = 1e-4  # share of the plane for which the chance of a miss is told
FEW = 256  # cells below which a boundary has no dimension of its own


@dataclass(frozen=True)
class Plane:
    """What is traced.

    Args:
        landscape: name, or path of a Python file.
        method: command-line name.
        eta: lowest and highest learning rate.
        rho: lowest and highest radius.
        size: nodes along each axis.

    Raises:
        ValueError: a reversed range, or a size that is no multiple of 32.
    """

    landscape: str
    method: str
    eta: tuple[float, float]
    rho: tuple[float, float]
    size: int = SIZE

    def __post_init__(self) -> None:
        """Checks the ranges and the size."""
        for name in ("eta", "rho"):
            low, high = getattr(self, name)
            if not 0 < low < high < inf:
                raise ValueError(
                    f"a trace takes 0 < low < high for {name}, got {low} and {high}."
                )
        if self.size % COARSE or not 2 * COARSE <= self.size < 1 << 15:
            raise ValueError(
                f"a trace takes a multiple of {COARSE} from {2 * COARSE} to 32736 as "
                f"size, got {self.size}."
            )

    @property
    def file(self) -> str:
        """Name of its result."""
        name = self.landscape
        stem = Path(name).stem if name.endswith(".py") else name
        return f"trace-{stem}-{self.method.replace(':', '_')}.nc"


def traces(config: Any, planes: list[Plane]) -> list[Path]:
    """Traces every plane that is not there yet, in `config.jobs` processes.

    Args:
        config: with `steps`, `seed`, `dtype` and what `run.Work` has.
        planes: what to trace.

    Returns:
        The files, in order.
    """
    run.check_folder(config.out)
    paths = {plane: config.out / plane.file for plane in planes}
    keys = {plane: _key(config, plane) for plane in planes}
    missing = [p for p in paths if config.fresh or not _is_there(paths[p], keys[p])]
    cases = [(plane, config) for plane in missing]
    for (plane, _), dataset in run.in_parallel(
        traced, cases, "traces", config.jobs, config.cluster
    ):
        run.save(dataset, paths[plane], config, keys[plane])
    return [paths[plane] for plane in planes]


def _key(config: Any, plane: Plane) -> str:
    """Hash of the plane and all that decides its result."""
    text = f"{run.fingerprint(config, plane.landscape)} {plane}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_there(path: Path, key: str) -> bool:
    try:
        return run.load(path).attrs.get("fingerprint") == key
    except ValueError:
        return False


def trace(
    config: Any,
    landscape: str,
    method: str,
    eta: tuple[float, float],
    rho: tuple[float, float],
    size: int = SIZE,
) -> xarray.Dataset:
    """One trace, as the module describes it.

    Args:
        config: with `steps`, `seed` and `dtype`.
        landscape: name, or path of a Python file.
        method: command-line name.
        eta: lowest and highest learning rate.
        rho: lowest and highest radius.
        size: nodes along each axis.
    """
    return traced(Plane(landscape, method, eta, rho, size), config)


def traced(plane: Plane, config: Any) -> xarray.Dataset:
    """One trace of a plane."""
    labels = labels_of(plane, config)
    boundary = followed(labels, plane.size, config.seed)
    landscape, method = labels.landscape, labels.method
    whole = dimension(boundary)
    places = [c.label for c in landscape.critical_points]
    return xarray.Dataset(
        _cells(boundary) | _map(boundary) | _pairs(boundary),
        coords={"eta": labels.eta, "rho": labels.rho} | _map_axes(labels, boundary),
        attrs={
            "landscape": landscape.name,
            "method": plane.method,
            "label": method.label,
            "radius_unit": method.radius_unit,
            "steps": config.steps,
            "size": plane.size,
            "places": json.dumps(places),
            "runs": labels.runs,
            "budget": plane.size**2 // SHARE,
            "complete": int(boundary.complete),
            "widest": boundary.widest,
            "unfollowed": boundary.unfollowed,
            "missed": boundary.missed(ISLAND),
            "missed_area": ISLAND,
            "sure_width": COARSE,
            "dimension": whole.value,
            "dimension_low": whole.low,
            "dimension_high": whole.high,
        },
    ).assign(
        box_width=("box", whole.widths.astype(np.int16)),
        box_count=("box", whole.counts),
    )


def followed(labels: Labels, size: int, seed: int) -> Boundary:
    """The boundaries; without a radius the nodes of a column are one run."""
    budget = None if labels.method.has_radius else size**2
    return follow(labels, size, COARSE, SAMPLES, seed, budget)


def labels_of(plane: Plane, config: Any) -> Labels:
    """What a node of a plane is asked for."""
    return Labels(
        landscapes.load(plane.landscape),
        methods.make(plane.method),
        np.geomspace(*plane.eta, plane.size),
        np.geomspace(*plane.rho, plane.size),
        config.steps,
        config.dtype,
    )


def _cells(boundary: Boundary) -> dict[str, tuple]:
    rho, eta, width = boundary.cells.astype(np.int16).T
    (a, b), (place_a, place_b) = (f(boundary.pairs.T) for f in (verdict_of, place_of))
    columns = {
        "cell_rho": rho,
        "cell_eta": eta,
        "cell_width": width,
        "cell_a": a,
        "cell_b": b,
        "cell_place_a": place_a,
        "cell_place_b": place_b,
    }
    return {name: ("cell", column) for name, column in columns.items()}


def _map(boundary: Boundary) -> dict[str, tuple]:
    filled = boundary.filled(_stride(boundary.size))
    plane = ("map_rho", "map_eta")
    return {
        "label_map": (plane, verdict_of(filled)),
        "place_map": (plane, place_of(filled)),
        "resolution": (("region_rho", "region_eta"), boundary.resolution()),
    }


def _stride(size: int) -> int:
    """The power of two that leaves about MAP nodes along each axis."""
    stride = 1
    while stride < COARSE and size // stride > MAP:
        stride *= 2
    return stride


def _map_axes(labels: Labels, boundary: Boundary) -> dict[str, np.ndarray]:
    stride = _stride(boundary.size)
    return {"map_eta": labels.eta[::stride], "map_rho": labels.rho[::stride]}


def _pairs(boundary: Boundary) -> dict[str, tuple]:
    """The boundary between every two verdicts by itself."""
    verdicts = np.sort(verdict_of(boundary.pairs), axis=1)
    pairs, which, cells = np.unique(
        verdicts, axis=0, return_inverse=True, return_counts=True
    )
    rows = np.full((len(pairs), 3), np.nan)
    for k in np.flatnonzero(cells >= FEW):
        found = dimension(boundary, which.reshape(-1) == k)
        rows[k] = found.value, found.low, found.high
    names = ("pair_dimension", "pair_dimension_low", "pair_dimension_high")
    return {
        "pair_a": ("pair", pairs[:, 0]),
        "pair_b": ("pair", pairs[:, 1]),
        "pair_cells": ("pair", cells),
    } | {name: ("pair", column) for name, column in zip(names, rows.T, strict=True)}
