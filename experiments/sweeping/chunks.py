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
from pathlib import Path

import numpy as np

import landscapes
from experiments.sweeping.coding import RUN, encode
from experiments.sweeping.job import Sweep
from experiments.sweeping.sources import digests
from landscapes.landscape import Landscape
from landscapes.starts import starts_at
from theory import methods, simulate
from theory.decide import FRAMES, WINDOW, Decision, decide

TILES = {"numpy": 2**13, "stochastic": 2**13, "compiled": 2**16}  # runs, at most
SMALLEST = 2**8
BUDGET = 2**29  # bytes of a tile, at most
COPIES = 4  # of the windows, while a verdict is made
STATES = 20  # arrays of points, while a step is made


@dataclass(frozen=True)
class Plan:
    """How a job is carried out; all of it follows from the job, but the threads.

    Args:
        job: the sweep.
        path: of the landscape, absolute where it is a user's own file.
        engine: `numpy`, `compiled` or `stochastic`.
        tile: runs that are decided together.
        sources: digests of what decides the results, which workers compare.
        threads: of a compiled worker; 0: as many as it has.
    """

    job: Sweep
    path: str
    engine: str
    tile: int
    sources: tuple[tuple[str, str], ...]
    threads: int = 0


def engine_for(job: Sweep, landscape: Landscape) -> str:
    """Chosen from the whole job, so that no cut of it changes the bytes."""
    if job.stochastic:
        return "stochastic"
    if "torch" not in landscape.kinds and job.device == "cpu":
        return "numpy"
    return simulate.engine_for(job.runs, job.steps, job.device)


def tile_bytes(tile: int, dim: int) -> int:
    """Memory of a tile: its points, and the windows that are recorded at once."""
    windows = COPIES * min(tile, FRAMES) * 8 * WINDOW * (dim + 2)
    return windows + STATES * tile * 8 * (dim + 4)


def tile_for(engine: str, dim: int) -> int:
    """A power of two that fits into the budget."""
    tile = TILES[engine]
    while tile > SMALLEST and tile_bytes(tile, dim) > BUDGET:
        tile //= 2
    return tile


def carry_out(plan: Plan, start: int, stop: int) -> bytes:
    """Decides the runs `start` to `stop`, the first of which begins a tile.

    Raises:
        ValueError: this machine has other sources, or a user's landscape fails.
    """
    landscape = prepared(plan.path, plan.job.method, plan.sources)
    with _threads(plan):
        tiles = [
            _decided(plan, landscape, low, min(low + plan.tile, stop))
            for low in range(start, stop, plan.tile)
        ]
    return encode(np.concatenate(tiles))


def _decided(plan: Plan, landscape: Landscape, start: int, stop: int) -> np.ndarray:
    job = plan.job
    rho, eta, seed, number = np.unravel_index(np.arange(start, stop), job.shape)
    eta, rho = np.array(job.eta)[eta], np.array(job.rho)[rho]
    x = starts_at(landscape, number, job.seed)
    try:
        found = _decision(plan, landscape, eta, rho, x, job.seed + seed)
    except (ValueError, MemoryError):
        raise
    except Exception as error:
        if not plan.path.endswith(".py"):
            raise
        raise ValueError(
            f"`{job.landscape}` failed in runs {start} to {stop}: "
            f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        ) from error
    kept = np.empty(stop - start, RUN)
    for name in RUN.names:
        kept[name] = getattr(found, name)
    return kept


def _decision(plan: Plan, landscape: Landscape, eta, rho, x, seed) -> Decision:
    job, method = plan.job, methods.make(plan.job.method)
    if plan.engine == "stochastic":
        from theory.stochastic import decide_noisy

        return decide_noisy(
            landscape, method, eta, rho, x, seed, job.steps,
            noise=job.noise, batch=job.batch,
        )  # fmt: skip
    return decide(
        landscape, method, eta, rho, x, job.steps,
        engine=plan.engine, dtype=job.dtype, device=job.device,
    )  # fmt: skip


@lru_cache(maxsize=64)
def prepared(path: str, method: str, sources: tuple) -> Landscape:
    """The landscape, once a process: its formulas are compiled, its points sought.

    Raises:
        ValueError: this machine's sources are not those that the sweep began with.
    """
    if path.endswith(".py") and not Path(path).is_file():
        raise ValueError(f"no such file on {platform.node()}: `{path}`.")
    here = digests(path, method)
    for group, digest in sources:
        if here[group] != digest:
            raise ValueError(
                f"the {group}'s sources on {platform.node()} differ from those the "
                f"sweep of `{path}` began with."
            )
    return landscapes.load(path)


@contextmanager
def _threads(plan: Plan) -> Iterator[None]:
    """So many that all workers together use every core once."""
    if plan.engine != "compiled" or not plan.threads:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(plan.threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
