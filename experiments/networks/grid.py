"""The runs of all tasks and methods as one array of labelled axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray
from torch.nn.modules import batchnorm

from experiments.networks import plan
from experiments.networks.job import PARTS, architecture
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
        The columns of the jobs' kind (`RESULT`) `(task, algorithm, rho_level,
        eta_level, seed)`. A method without a radius is shown at every level.
    """
    levels = _levels(jobs)
    parts = {
        key: _read(path, job.kind.run.names, levels)
        for (key, job), path in zip(jobs.items(), paths, strict=True)
    }
    return _side_by_side(parts)


def axes(jobs: dict[Any, Any]) -> xarray.Dataset:
    """The grids: `eta` `(task, eta_level)`, `rho` `(task, algorithm, rho_level)`.

    Where methods of a task have other learning rates, `eta` is by method, as rho is.
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
        eta=_rates(jobs, of_task),
        radius_unit=("algorithm", [_unit(spec) for spec in specs]),
        samples=(("task", "part"), [sizes for sizes, _ in facts]),
        batch_norm=("task", [normed for _, normed in facts]),
        part=list(PARTS),
    )


def _rates(jobs: dict[Any, Any], of_task: dict[str, Any]) -> xarray.DataArray:
    """Of every task, or of every task and method."""
    if all(job.eta == of_task[plan.label(task)].eta for (task, _), job in jobs.items()):
        rates = np.array([job.eta for job in of_task.values()])
        return xarray.DataArray(rates, dims=("task", "eta_level"))
    eta = {
        key: xarray.Dataset({"eta": ("eta_level", [*j.eta])}) for key, j in jobs.items()
    }
    return _side_by_side(eta).eta


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
        label = methods.label(spec)
        row = rows.setdefault(plan.label(task), [])
        row.append(part.expand_dims(algorithm=[label]))
    whole = [
        xarray.concat(row, "algorithm").expand_dims(task=[name])
        for name, row in rows.items()
    ]
    return xarray.concat(whole, "task")


def _read(path: Path, names: tuple[str, ...], levels: int) -> xarray.Dataset:
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        part = opened[list(names)].load().drop_encoding().drop_attrs()
    part = part.drop_vars(["rho", "eta"]).rename(rho="rho_level", eta="eta_level")
    part = part.transpose(*AXES)
    return part.isel(rho_level=np.arange(levels) % part.sizes["rho_level"])


def _levels(jobs: dict[Any, Any]) -> int:
    return max(len(job.rho) for job in jobs.values())


def _unit(spec: str) -> str:
    method = methods.make(spec)
    return method.radius_unit if method.has_radius else "none"
