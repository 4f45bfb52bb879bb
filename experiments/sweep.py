"""Sweeps: millions of runs in chunks, on many processes, never done twice.

    sweep([Sweep("beale", "sam", eta, rho, 64, seed=0, steps=4096)], config, "map")

Every job has a folder `OUT/WHAT/NAME` with a manifest of what decides its bytes and,
until they are merged into `OUT/WHAT/NAME.nc`, its chunks. A sweep that was killed goes
on where it was; the result has the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments import run
from experiments.sweeping import chunks, estimate
from experiments.sweeping.checked import checked
from experiments.sweeping.chunks import Plan
from experiments.sweeping.folder import Folder, fingerprint
from experiments.sweeping.job import Sweep
from experiments.sweeping.merge import merge
from experiments.sweeping.sources import digests
from landscapes.landscape import Landscape
from theory.cluster import LOCAL, started
from theory.files import locked

__all__ = ["CHUNK", "Sweep", "sweep"]

CHUNK = 2**17  # runs, at most, that are lost when a sweep is killed
SHARES = 4  # chunks a process, so that all end at about the same time

Case = tuple[Plan, int, int]  # runs `start` to `stop` of a plan


def sweep(
    jobs: list[Sweep], config: run.Work, what: str, chunk: int = CHUNK
) -> list[Path]:
    """Carries out what is missing of all jobs.

    Args:
        jobs: of different names (landscape and method).
        config: the words that say how the work is done.
        what: the experiment's name, that of the folder.
        chunk: the most runs between two writings.

    Returns:
        The merged netCDF of every job, in their order: dimensions rho, eta, seed,
        start; `verdict`, `place`, `period`, `steps`; the starts `x`; `counts` of the
        verdicts in every cell (rho, eta).

    Raises:
        ValueError: a landscape or method is not what it should be, the folder belongs
            to another configuration, sources or process, or memory and disk do not
            hold the job.
        OSError: the results cannot be written.
    """
    _differ(jobs)
    made = [_plan(job, config) for job in jobs]
    plans, surfaces = [plan for plan, _ in made], [surface for _, surface in made]
    folders = [Folder(config.out / what, job.name) for job in jobs]
    run.check_folder(config.out / what)
    with locked(config.out):
        for plan, folder in zip(plans, folders, strict=True):
            if not config.fresh:
                folder.refuse_others(plan)
        for plan, folder in zip(plans, folders, strict=True):
            folder.begin(plan, config.fresh)
        todo = {
            plan: (folder, surface)
            for plan, folder, surface in zip(plans, folders, surfaces, strict=True)
            if not folder.is_complete(fingerprint(plan))
        }
        _carry_out(todo, config, what, chunk)
        for folder in folders:
            folder.remove_chunks()  # of a process that was killed after it merged
    return [folder.result for folder in folders]


def _plan(job: Sweep, config: run.Work) -> tuple[Plan, Landscape]:
    own = job.landscape.endswith(".py")
    path = str(Path(job.landscape).resolve()) if own else job.landscape
    sources = tuple(digests(path, job.method).items())
    landscape = checked(job, chunks.prepared(path, job.method, sources))
    engine = chunks.engine_for(job, landscape)
    threads = 0 if config.cluster else max(1, estimate.cores() // config.jobs)
    tile = chunks.tile_for(engine, landscape.dim)
    return Plan(job, path, engine, tile, sources, threads), landscape


def _differ(jobs: list[Sweep]) -> None:
    """Refuses two jobs of one folder."""
    first: dict[str, Sweep] = {}
    for job in jobs:
        other = first.setdefault(job.name, job)
        if other is not job:
            raise ValueError(
                f"`{other.landscape}` with {other.method} and `{job.landscape}` with "
                f"{job.method} are both called {job.name}."
            )


def _carry_out(
    todo: dict[Plan, tuple[Folder, Landscape]],
    config: run.Work,
    what: str,
    chunk: int,
) -> None:
    """Keeps every chunk as it ends, and merges every job that is complete."""
    _refuse_too_much(todo, config, chunk)
    cases = {
        plan: [(plan, *span) for span in _spans(plan, folder, config, chunk)]
        for plan, (folder, _) in todo.items()
    }
    for plan, (folder, landscape) in todo.items():
        if not cases[plan]:
            merge(plan, folder, landscape)
    left = {plan: len(own) for plan, own in cases.items()}
    for (plan, start, stop), content in _done(cases, config, what):
        folder, landscape = todo[plan]
        folder.keep(start, stop, content)
        left[plan] -= 1
        if not left[plan]:
            merge(plan, folder, landscape)


def _spans(
    plan: Plan, folder: Folder, config: run.Work, chunk: int
) -> list[tuple[int, int]]:
    """What is missing, in chunks; of a compiled job a tile apart."""
    spans = folder.missing(plan.job.runs, _length(plan, config, chunk))
    if spans and _compiles_ahead(plan, config):
        start, stop = spans[0]
        middle = min(start + plan.tile, stop)
        spans[:1] = [(start, middle), (middle, stop)][: 1 + (middle < stop)]
    return spans


def _length(plan: Plan, config: run.Work, chunk: int) -> int:
    """Of a chunk: whole tiles; every process has several chunks to do."""
    share = -(-plan.job.runs // (SHARES * config.jobs))
    return max(1, -(-min(chunk, share) // plan.tile)) * plan.tile


def _compiles_ahead(plan: Plan, config: run.Work) -> bool:
    return plan.engine == "compiled" and config.jobs > 1


def _refuse_too_much(
    todo: dict[Plan, tuple[Folder, Landscape]], config: run.Work, chunk: int
) -> None:
    """Before anything as long as the work is made."""
    runs = sum(
        plan.job.runs - sum(stop - start for start, stop, _ in folder.chunks())
        for plan, (folder, _) in todo.items()
    )
    many = sum(plan.job.runs / _length(plan, config, chunk) for plan in todo)
    dims = [landscape.dim for _, landscape in todo.values()]
    workers = 0 if config.cluster not in ("", LOCAL) else config.jobs
    need = estimate.memory(list(todo), dims, workers, many)
    estimate.refuse(need, estimate.disk(runs), config.out)


def _done(
    cases: dict[Plan, list[Case]], config: run.Work, what: str
) -> Iterator[tuple[Case, bytes]]:
    """The chunks as they end.

    The first tile of every job that is compiled comes before all others: then the
    workers find the kernels that it left, and no two compile the same.
    """
    first, rest = [], []
    for plan, own in cases.items():
        ahead = 1 if _compiles_ahead(plan, config) else 0
        first += own[:ahead]
        rest += own[ahead:]
    with started(config.cluster, config.jobs) as address:
        for stage, some in (("compiling", first), ("", rest)):
            if some:
                yield from run.in_parallel(
                    chunks.carry_out,
                    some,
                    f"{what} ({stage})" if stage else what,
                    config.jobs,
                    address,
                    size=lambda case: case[2] - case[1],
                    unit="run",
                )
