"""Chunks: ranges of a sweep's runs, carried out anywhere, kept as bytes.

Every run is decided within its tile: a fixed range of runs that depends on the whole
job alone. Chunks are made of whole tiles, so that the results cannot depend on how the
job was cut, on the number of processes, or on where a sweep was interrupted.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from experiments.sweeping.coding import encode
from experiments.sweeping.kind import Job
from experiments.sweeping.sources import digests


@dataclass(frozen=True)
class Plan:
    """How a job is carried out; all of it follows from the job, but the threads.

    Args:
        job: the sweep; files that it names are absolute.
        engine: what computes it: `numpy`, `compiled`, `stochastic` or `torch`.
        tile: runs that are decided together, at most.
        sources: digests of what decides the results, which workers compare.
        group: runs after which a tile begins anew; 0: all are one group.
        threads: of torch in a worker; 0: as many as it has.
    """

    job: Job
    engine: str
    tile: int
    sources: tuple[tuple[str, str], ...]
    group: int = 0
    threads: int = 0


def tiles(plan: Plan, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The tiles of a range, which begins with one."""
    group = plan.group or plan.job.runs
    while start < stop:
        end = min(start + plan.tile, (start // group + 1) * group, stop)
        yield start, end
        start = end


def cut(plan: Plan, start: int, stop: int, length: int) -> Iterator[tuple[int, int]]:
    """The chunks of a range: whole tiles, `length` runs at most or a tile."""
    begun = start
    for low, high in tiles(plan, start, stop):
        if begun < low and high - begun > length:
            yield begun, low
            begun = low
    yield begun, stop


def carry_out(plan: Plan, start: int, stop: int) -> bytes:
    """Decides the runs `start` to `stop`, the first of which begins a tile.

    Raises:
        ValueError: this machine has other sources, or a user's landscape fails.
    """
    _refuse_others(plan.job, plan.sources)
    with _threads(plan.threads):
        done = [plan.job.kind.decided(plan, *tile) for tile in tiles(plan, start, stop)]
    return encode(np.concatenate(done))


@lru_cache(maxsize=64)
def _refuse_others(job: Job, sources: tuple[tuple[str, str], ...]) -> None:
    """Refuses sources that are not those that the sweep began with."""
    for file in job.kind.files(job):
        if not file.is_file():
            raise ValueError(f"no such file on {platform.node()}: `{file}`.")
    here = digests(job)
    for group, digest in sources:
        if here[group] != digest:
            raise ValueError(
                f"the {group}'s sources on {platform.node()} differ from those the "
                f"sweep `{job.name}` began with."
            )


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """So many that all workers together use every core once."""
    if not count:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
