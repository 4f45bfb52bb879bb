"""The runs of all tasks and methods as one array of labelled axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray

from experiments.networks import plan
from experiments.networks.job import RESULT
from theory import methods


def gathered(jobs: dict[Any, Any], paths: list[Path]) -> xarray.Dataset:
    """What was measured, with the learning rates and radii.

    Args:
        jobs: by task and method.
        paths: of their results, in order.

    Returns:
        The columns of `RESULT` `(task, algorithm, rho_level, eta_level, seed)`; `eta`
        `(task, eta_level)`, `rho` `(task, algorithm, rho_level)`, `radius_unit`
        `(algorithm,)`. A method without a radius is shown at every level, with rho 0.
    """
    levels = max(len(job.rho) for job in jobs.values())
    rows: dict[str, list[xarray.Dataset]] = {}
    for ((task, spec), job), path in zip(jobs.items(), paths, strict=True):
        part = _read(path, levels).assign(
            eta=("eta_level", np.array(job.eta)),
            rho=("rho_level", np.resize(job.rho, levels)),
            radius_unit=_unit(spec),
        )
        label = methods.make(spec).label
        rows.setdefault(plan.label(task), []).append(
            part.expand_dims(algorithm=[label]).assign(eta=part.eta)
        )
    whole = [
        xarray.concat(row, "algorithm", data_vars="minimal").expand_dims(task=[name])
        for name, row in rows.items()
    ]
    found = xarray.concat(whole, "task", data_vars="minimal")
    return found.assign(radius_unit=whole[0].radius_unit.isel(task=0, drop=True))


def _read(path: Path, levels: int) -> xarray.Dataset:
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        part = opened[list(RESULT.names)].load().drop_encoding()
    part = part.drop_vars(["rho", "eta"]).rename(rho="rho_level", eta="eta_level")
    part = part.transpose("rho_level", "eta_level", "seed")
    part = part.isel(rho_level=np.arange(levels) % part.sizes["rho_level"])
    return part.drop_attrs()


def _unit(spec: str) -> str:
    method = methods.make(spec)
    return method.radius_unit if plan.has_radius(method) else "none"
