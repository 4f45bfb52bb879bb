"""The runs of all tasks and methods as one array of labelled axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray
from torch.nn.modules import batchnorm

from experiments.networks import plan
from experiments.networks.job import PARTS, RESULT, architecture
from landscapes import models
from landscapes.splits import split
from theory import methods

AXES = ("rho_level", "eta_level", "seed")
NORMS = (batchnorm.BatchNorm1d, batchnorm.BatchNorm2d, batchnorm.BatchNorm3d)


def gathered(jobs: dict[Any, Any], paths: list[Path]) -> xarray.Dataset:
    """What was measured.

    Args:
        jobs: by task and method.
        paths: of their results, in order.

    Returns:
        The columns of `RESULT` `(task, algorithm, rho_level, eta_level, seed)`. A
        method without a radius is shown at every level.
    """
    levels = _levels(jobs)
    parts = (_read(path, levels) for path in paths)
    return _side_by_side(dict(zip(jobs, parts, strict=True)))


def axes(jobs: dict[Any, Any]) -> xarray.Dataset:
    """The grids: `eta` `(task, eta_level)`, `rho` `(task, algorithm, rho_level)`.

    With `radius_unit` `(algorithm,)`, `none` where there is no radius: then rho is 0;
    `samples` `(task, part)`, their numbers, and `batch_norm` `(task,)`, whether the
    model has layers whose outputs depend on the other samples at hand.
    """
    levels = _levels(jobs)
    rho = {
        key: xarray.Dataset({"rho": ("rho_level", np.resize(job.rho, levels))})
        for key, job in jobs.items()
    }
    of_task = {plan.label(task): job for (task, _), job in jobs.items()}
    facts = [_facts(job) for job in of_task.values()]
    specs = dict.fromkeys(spec for _, spec in jobs)
    return _side_by_side(rho).assign(
        eta=(("task", "eta_level"), np.array([job.eta for job in of_task.values()])),
        radius_unit=("algorithm", [_unit(spec) for spec in specs]),
        samples=(("task", "part"), [sizes for sizes, _ in facts]),
        batch_norm=("task", [normed for _, normed in facts]),
        part=list(PARTS),
    )


def _facts(job: Any) -> tuple[list[int], bool]:
    """Of a task: how many samples its parts have, whether its model has BatchNorm."""
    parts = split(job.data, job.train or None)
    name, options = architecture(job.model)
    module = models.make(name, parts.shape, parts.classes, **options)
    normed = any(isinstance(layer, NORMS) for layer in module.modules())
    return [len(getattr(parts, part)[1]) for part in PARTS], normed


def _side_by_side(parts: dict[Any, xarray.Dataset]) -> xarray.Dataset:
    """One result of those of every task and method."""
    rows: dict[str, list[xarray.Dataset]] = {}
    for (task, spec), part in parts.items():
        label = methods.make(spec).label
        row = rows.setdefault(plan.label(task), [])
        row.append(part.expand_dims(algorithm=[label]))
    whole = [
        xarray.concat(row, "algorithm").expand_dims(task=[name])
        for name, row in rows.items()
    ]
    return xarray.concat(whole, "task")


def _read(path: Path, levels: int) -> xarray.Dataset:
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        part = opened[list(RESULT.names)].load().drop_encoding().drop_attrs()
    part = part.drop_vars(["rho", "eta"]).rename(rho="rho_level", eta="eta_level")
    part = part.transpose(*AXES)
    return part.isel(rho_level=np.arange(levels) % part.sizes["rho_level"])


def _levels(jobs: dict[Any, Any]) -> int:
    return max(len(job.rho) for job in jobs.values())


def _unit(spec: str) -> str:
    method = methods.make(spec)
    return method.radius_unit if plan.has_radius(method) else "none"
