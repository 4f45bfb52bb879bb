"""Which files decide a sweep's results, group by group."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path

from experiments.sweeping.kind import Job
from theory.imports import ROOT, closure
from theory.method import Method

ENGINE = ROOT / "experiments/sweeping/chunks.py"


def files(job: Job) -> set[Path]:
    """What the runs of a job import, however deep."""
    return closure([ENGINE, *job.kind.files(job)])


def digests(job: Job) -> dict[str, str]:
    """Of the files that a job rests on, by group.

    Raises:
        ValueError: there is no such method.
    """
    found: dict[str, list[str]] = {group: [] for group in job.kind.groups}
    for file in files(job):
        group = job.kind.group(job, file)
        found[group].append(hashlib.sha256(file.read_bytes()).hexdigest())
    return {
        group: hashlib.sha256("".join(sorted(each)).encode()).hexdigest()[:16]
        for group, each in found.items()
    }


def of_methods(file: Path) -> bool:
    """Whether a file of ours belongs to the methods."""
    place = file.relative_to(ROOT)
    return place.parts[:2] == ("theory", "methods") or place.stem == "method"


def defining(method: Method) -> Iterator[Path]:
    """The files of a method and of those it wraps."""
    yield Path(inspect.getfile(type(method))).resolve()
    for value in vars(method).values():
        if isinstance(value, Method):
            yield from defining(value)
