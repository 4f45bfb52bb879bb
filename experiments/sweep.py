"""Sweeps: millions of runs in chunks, on many processes, never done twice.

    sweep([Sweep("beale", "sam", eta, rho, 64, seed=0, steps=4096)], config, "map")

Every job has a folder `OUT/WHAT/NAME` with a manifest of what decides its bytes and,
until they are merged into `OUT/WHAT/NAME.nc`, its chunks. A sweep that was killed goes
on where it was; the result has the same bytes. What a job's runs are and how they are
made says its kind (`experiments.sweeping.kind`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments import run
from experiments.sweeping import chunks, estimate
from experiments.sweeping.chunks import Plan
from experiments.sweeping.folder import Folder, fingerprint
from experiments.sweeping.job import Sweep
from experiments.sweeping.kind import Job
from experiments.sweeping.merge import merge
from theory.cluster import LOCAL, started
from theory.files import locked

__all__ = ["Sweep", "sweep"]

SHARES = 4  # chunks a process, so that all end at about the same time

Case = tuple[Plan, int, int]  # runs `start` to `stop` of a plan


def sweep(
    jobs: list[Job], config: run.Work, what: str, chunk: int | None = None
) -> list[Path]:
    """Carries out what is missing of all jobs.

    Args:
        jobs: of different names: `Sweep`, or of another kind.
        config: the words that say how the work is done.
        what: the experiment's name, that of the folder.
        chunk: the most runs between two writings; None: as the kind says.

    Returns:
        The merged netCDF of every job, in their order: its kind's dimensions and
        columns. Of a `Sweep`: rho, eta, seed, start; `verdict`, `place`, `period`,
        `steps`; the starts `x`; `counts` of the verdicts in every cell (rho, eta).

    Raises:
        ValueError: a job is not what it should be, the folder belongs to another
            configuration, sources or process, or memory and disk do not hold the job.
        OSError: the results cannot be written.
    """
    _differ(jobs)
    share = 0 if config.cluster else max(1, estimate.cores() // config.jobs)
    plans = [job.kind.planned(job, share) for job in jobs]
    folders = [Folder(config.out / what, job.name) for job in jobs]
    run.check_folder(config.out / what)
    with locked(config.out):
        for plan, folder in zip(plans, folders, strict=True):
            if not config.fresh:
                folder.refuse_others(plan)
        for plan, folder in zip(plans, folders, strict=True):
            folder.begin(plan, config.fresh)
        todo = {
            plan: folder
            for plan, folder in zip(plans, folders, strict=True)
            if not folder.is_complete(fingerprint(plan))
        }
        _carry_out(todo, config, what, chunk)
        for folder in folders:
            folder.remove_chunks()  # of a process that was killed after it merged
    return [folder.result for folder in folders]


def _differ(jobs: list[Job]) -> None:
    """Refuses two jobs of one folder."""
    first: dict[str, Job] = {}
    for job in jobs:
        other = first.setdefault(job.name, job)
        if other is not job:
            apart = [name for name, v in vars(job).items() if v != vars(other)[name]]
            raise ValueError(
                f"two jobs are both called {job.name}: they differ in "
                f"{', '.join(apart) or 'nothing'}."
            )


def _carry_out(
    todo: dict[Plan, Folder], config: run.Work, what: str, chunk: int | None
) -> None:
    """Keeps every chunk as it ends, and merges every job that is complete."""
    _refuse_too_much(todo, config, chunk)
    cases = {
        plan: [(plan, *span) for span in _spans(plan, folder, config, chunk)]
        for plan, folder in todo.items()
    }
    for plan, folder in todo.items():
        if not cases[plan]:
            merge(plan, folder)
    left = {plan: len(own) for plan, own in cases.items()}
    for (plan, start, stop), content in _done(cases, config, what):
        todo[plan].keep(start, stop, content)
        left[plan] -= 1
        if not left[plan]:
            merge(plan, todo[plan])


def _spans(
    plan: Plan, folder: Folder, config: run.Work, chunk: int | None
) -> list[tuple[int, int]]:
    """What is missing, in chunks; of a compiled job a tile apart."""
    length, gaps = _length(plan, config, chunk), folder.missing(plan.job.runs)
    spans = [span for gap in gaps for span in chunks.cut(plan, *gap, length)]
    if spans and _compiles_ahead(plan, config):
        start, stop = spans[0]
        middle = min(start + plan.tile, stop)
        spans[:1] = [(start, middle), (middle, stop)][: 1 + (middle < stop)]
    return spans


def _length(plan: Plan, config: run.Work, chunk: int | None) -> int:
    """Of a chunk: whole tiles; every process has several chunks to do."""
    most = plan.job.kind.chunk if chunk is None else chunk
    share = -(-plan.job.runs // (SHARES * config.jobs))
    return max(1, -(-min(most, share) // plan.tile)) * plan.tile


def _compiles_ahead(plan: Plan, config: run.Work) -> bool:
    return plan.engine == "compiled" and config.jobs > 1


def _refuse_too_much(
    todo: dict[Plan, Folder], config: run.Work, chunk: int | None
) -> None:
    """Before anything as long as the work is made."""
    disk = sum(
        plan.job.kind.disk * (stop - start)
        for plan, folder in todo.items()
        for start, stop in folder.missing(plan.job.runs)
    )
    many = sum(plan.job.runs / _length(plan, config, chunk) for plan in todo)
    workers = 0 if config.cluster not in ("", LOCAL) else config.jobs
    estimate.refuse(estimate.memory(list(todo), workers, many), disk, config.out)


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
