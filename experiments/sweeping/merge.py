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
from experiments.sweeping.blocks import BLOCK, PACKED, block_shape, blocks, resized
from experiments.sweeping.chunks import Plan
from experiments.sweeping.coding import decode
from experiments.sweeping.enduring import enduring
from experiments.sweeping.folder import Folder, configuration, fingerprint
from experiments.sweeping.kind import Job
from theory import methods
from theory.files import atomic


def merge(plan: Plan, folder: Folder) -> Path:
    """Writes the netCDF from the chunks; memory holds a block and a chunk.

    The bytes depend on the runs alone, not on how they were cut into chunks.

    Raises:
        OSError: the disk is full; the chunks stay.
        ValueError: a chunk is damaged; it is removed.
    """
    import h5netcdf

    job = plan.job
    with atomic(folder.result) as temporary:
        with enduring(temporary) as file, h5netcdf.File(file, "w") as nc:
            nc.attrs.update(job.kind.head(nc, plan) | _attributes(plan))
            _runs(nc, job, _decoded(folder, job.kind.run))
        store.provenance(folder.result)  # no result without it
    folder.remove_chunks()
    return folder.result


def _attributes(plan: Plan) -> dict[str, Any]:
    """That every sweep has."""
    words = configuration(plan.job)
    del words["eta"], words["rho"]  # coordinates; an attribute holds 64 kB at most
    return {
        "method": plan.job.method,
        "label": methods.label(plan.job.method),
        "engine": plan.engine,
        "config": json.dumps(words, sort_keys=True),
        "fingerprint": fingerprint(plan),
        "format": store.FORMAT,
        "versions": store.versions(),
    }


def _runs(nc: Any, job: Job, chunks: Iterable[np.ndarray]) -> None:
    """Every run, a variable for each of its columns."""
    kind, block = job.kind, block_shape(job.shape, BLOCK)
    columns = {
        name: nc.create_variable(
            name, kind.dims, kind.run[name], chunks=block, **PACKED
        )
        for name in kind.run.names
    }
    watch = kind.watched(nc, job)
    where = list(blocks(job.shape, block))
    sizes = [math.prod(s.stop - s.start for s in slices) for slices in where]
    for slices, runs in zip(where, resized(chunks, sizes), strict=True):
        for name, column in columns.items():
            column[slices] = runs[name].reshape([s.stop - s.start for s in slices])
        watch(slices, runs)


def _decoded(folder: Folder, run: np.dtype) -> Iterator[np.ndarray]:
    for start, stop, file in folder.chunks():
        try:
            runs = decode(file.read_bytes(), run)
            if len(runs) != stop - start:
                raise ValueError("a chunk is damaged.")
        except ValueError as error:
            with suppress(OSError):
                file.unlink()
            raise ValueError(
                f"`{file}` was damaged and is removed: run again."
            ) from error
        yield runs
