"""Kind: what sweeps of different kinds of job differ in, as plain functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from experiments.sweeping.chunks import Plan

Job = Any  # as `Kind` says
Watching = Callable[[tuple[slice, ...], np.ndarray], None]


def unwatched(nc: Any, job: Job) -> Watching:
    """Nothing is told of runs as they are written but themselves."""
    return lambda place, runs: None


@dataclass(frozen=True)
class Kind:
    """What the engine asks of a kind of job; all else is the same for every sweep.

    A job is a frozen dataclass of options: with its `kind`, a `name` of its files, the
    `words` that its manifest tells of it, among them the grids `eta` and `rho`, and a
    `shape`, in whose C order its `runs` are numbered.

    Args:
        dims: the axes of `shape`.
        run: a run as it is kept, the same on all machines: columns of numbers.
        chunk: runs that are lost, at most, when a sweep is killed; a tile at least.
        groups: what sources are told apart into.
        files: that a job's results rest on, beside the engine's.
        group: of these or of a file that they import.
        planned: looks at a job before any work and says how it is carried out; given
            how many threads a worker may have, 0: as many as there are.
        decided: the runs of a tile, an array of `run`.
        head: writes dimensions, coordinates and what else is not of single runs;
            returns attributes.
        memory: bytes that a tile takes beside the interpreter and its libraries.
        disk: bytes of a run, when its chunk and the netCDF lie side by side.
        watched: makes what is told of every block of runs when it is written, in C
            order: its place and its runs.
    """

    dims: tuple[str, ...]
    run: np.dtype
    chunk: int
    groups: tuple[str, ...]
    files: Callable[[Job], list[Path]]
    group: Callable[[Job, Path], str]
    planned: Callable[[Job, int], Plan]
    decided: Callable[[Plan, int, int], np.ndarray]
    head: Callable[[Any, Plan], dict[str, Any]]
    memory: Callable[[Plan], float]
    disk: float
    watched: Callable[[Any, Job], Watching] = unwatched
