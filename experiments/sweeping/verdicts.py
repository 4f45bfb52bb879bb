"""Verdicts: of the runs of one method on one landscape, a tile at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

import landscapes
from experiments.sweeping.chunks import Plan
from landscapes.landscape import Landscape
from landscapes.starts import starts_at
from theory import methods, simulate
from theory.decide import FRAMES, WINDOW, Decision, decide

if TYPE_CHECKING:
    from experiments.sweeping.job import Sweep

# A run as it is kept; every number has its own byte order on all machines.
RUN = np.dtype(
    [("verdict", "<i1"), ("place", "<i2"), ("period", "<i1"), ("steps", "<i4")]
)
TILES = {"numpy": 2**13, "stochastic": 2**13, "compiled": 2**16}  # runs, at most
SMALLEST = 2**8
BUDGET = 2**29  # bytes of a tile, at most
COPIES = 4  # of the windows, while a verdict is made
STATES = 20  # arrays of points, while a step is made


def engine_for(job: Sweep, landscape: Landscape) -> str:
    """Chosen from the whole job, so that no cut of it changes the bytes."""
    if job.stochastic:
        return "stochastic"
    if "torch" not in landscape.kinds and job.device == "cpu":
        return "numpy"
    method = methods.make(job.method)
    return simulate.engine_for(method, job.runs, job.steps, job.device)


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


@lru_cache(maxsize=256)
def prepared(path: str, sources: tuple) -> Landscape:
    """The landscape, once a process: its formulas are compiled, its points sought."""
    return landscapes.load(path)


def decided(plan: Plan, start: int, stop: int) -> np.ndarray:
    """The runs of a tile, as `RUN`.

    Raises:
        ValueError: a user's landscape fails.
    """
    job, landscape = plan.job, prepared(plan.job.landscape, plan.sources)
    rho, eta, seed, number = np.unravel_index(np.arange(start, stop), job.shape)
    eta, rho = np.array(job.eta)[eta], np.array(job.rho)[rho]
    x = starts_at(landscape, number, job.seed)
    try:
        found = _decision(plan, landscape, eta, rho, x, job.seed + seed)
    except (ValueError, MemoryError):
        raise
    except Exception as error:
        if not job.landscape.endswith(".py"):
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
