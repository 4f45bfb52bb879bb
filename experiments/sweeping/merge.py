"""Merging a job's chunks into its netCDF, as a stream."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from experiments import store
from experiments.sweeping.blocks import block_shape, blocks, resized
from experiments.sweeping.chunks import Plan
from experiments.sweeping.coding import RUN, decode
from experiments.sweeping.enduring import enduring
from experiments.sweeping.folder import Folder, configuration, fingerprint
from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from landscapes.starts import starts_at
from theory import methods
from theory.files import atomic
from theory.verdict import Verdict

BLOCK = 2**17  # runs that are compressed together in the netCDF
DIMS = ("rho", "eta", "seed", "start")
PACKED = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


def merge(plan: Plan, folder: Folder, landscape: Landscape) -> Path:
    """Writes the netCDF from the chunks; memory holds a block and a chunk.

    The bytes depend on the runs alone, not on how they were cut into chunks.

    Raises:
        OSError: the disk is full; the chunks stay.
        ValueError: a chunk is damaged; it is removed.
    """
    import h5netcdf

    with atomic(folder.result) as temporary:
        with enduring(temporary) as file, h5netcdf.File(file, "w") as nc:
            _head(nc, plan, landscape)
            _runs(nc, plan.job.shape, _decoded(folder))
        store.provenance(folder.result)  # no result without it
    folder.remove_chunks()
    return folder.result


def _head(nc: Any, plan: Plan, landscape: Landscape) -> None:
    """Dimensions, coordinates, starts, attributes."""
    job = plan.job
    words = configuration(job)
    del words["eta"], words["rho"]  # coordinates; an attribute holds 64 kB at most
    sizes = dict(zip(DIMS, job.shape, strict=True))
    nc.dimensions = sizes | {"dim": landscape.dim, "verdict": len(Verdict)}
    for name in ("rho", "eta"):
        nc.create_variable(name, (name,), "<f8")[...] = getattr(job, name)
    rows = max(1, min(job.starts, BLOCK // landscape.dim))
    x = nc.create_variable(
        "x", ("start", "dim"), "<f8", chunks=(rows, landscape.dim), **PACKED
    )
    for low in range(0, job.starts, rows):
        numbers = np.arange(low, min(low + rows, job.starts))
        x[low : low + rows] = starts_at(landscape, numbers, job.seed)
    nc.attrs.update(
        {
            "landscape": landscape.name,
            "method": job.method,
            "label": methods.make(job.method).label,
            "places": json.dumps([place(c) for c in landscape.critical_points]),
            "verdicts": " ".join(v.name.lower() for v in Verdict),
            "engine": plan.engine,
            "config": json.dumps(words, sort_keys=True),
            "fingerprint": fingerprint(plan),
            "format": store.FORMAT,
            "versions": store.versions(),
            "seed": job.seed,
        }
    )


def place(critical: CriticalPoint) -> str:
    """`minimum (3, 0.5)`; the first coordinates of many."""
    point = [f"{v + 0.0:.4g}" for v in critical.point[:4]]
    rest = [f"... {len(critical.point)} in all"] if len(critical.point) > 4 else []
    return f"{critical.kind} ({', '.join([*point, *rest])})"


def _runs(nc: Any, shape: tuple[int, ...], chunks: Iterable[np.ndarray]) -> None:
    """Every run, and how many of each verdict a cell of the grid holds."""
    block = block_shape(shape, BLOCK)
    columns = {
        name: nc.create_variable(name, DIMS, RUN[name], chunks=block, **PACKED)
        for name in RUN.names
    }
    cells = block_shape(shape[:2], BLOCK // len(Verdict))
    counts = nc.create_variable(
        "counts", ("rho", "eta", "verdict"), "<i8",
        chunks=(*cells, len(Verdict)), **PACKED,
    )  # fmt: skip
    where = list(blocks(shape, block))
    sizes = [math.prod(s.stop - s.start for s in slices) for slices in where]
    open_cell = np.zeros(len(Verdict), np.int64)  # of which more runs will come
    for slices, runs in zip(where, resized(chunks, sizes), strict=True):
        sides = [s.stop - s.start for s in slices]
        for name, column in columns.items():
            column[slices] = runs[name].reshape(sides)
        held = counted(runs["verdict"], sides[0] * sides[1])
        held[0] += open_cell  # nothing, unless a cell is larger than a block
        whole = all(s.stop == n for s, n in zip(slices[2:], shape[2:], strict=True))
        open_cell = np.zeros_like(open_cell) if whole else held[0]
        if whole:
            counts[slices[:2]] = held.reshape(*sides[:2], len(Verdict))


def counted(verdicts: np.ndarray, cells: int) -> np.ndarray:
    """`(cell, verdict)` of runs in order."""
    cell = np.repeat(np.arange(cells), len(verdicts) // cells)
    code = cell * len(Verdict) + verdicts
    return np.bincount(code, minlength=cells * len(Verdict)).reshape(cells, -1)


def _decoded(folder: Folder) -> Iterator[np.ndarray]:
    for start, stop, file in folder.chunks():
        try:
            runs = decode(file.read_bytes())
            if len(runs) != stop - start:
                raise ValueError("a chunk is damaged.")
        except ValueError as error:
            with suppress(OSError):
                file.unlink()
            raise ValueError(
                f"`{file}` was damaged and is removed: run again."
            ) from error
        yield runs
