"""Which methods are trained anew, at which learning rate and radius."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray

from experiments.networks import plan
from experiments.networks.grid import gathered
from experiments.networks.job import Training
from experiments.networks.plan import Task
from experiments.networks.tuned import OVERFLOWN
from experiments.zoo.plan import RATES
from landscapes.splits import NOISY, present
from theory import kept, methods

GRID = "variants"  # whose kept result has the cells
FIRST = 100  # seed: none of that experiment
MODEL = "mlp:relu"
SPECS = (
    "sam", "friendly-sam", "stable:sam", "stable:friendly-sam", "adasam",
    "adasam/rho=0",
)  # fmt: skip


def jobs(config: Any) -> dict[tuple[Task, str], Training]:
    """The training of every task and method at its one cell."""
    grid = kept.result(GRID)
    data = [name for name in RATES if present(name)]
    return {
        ((name, MODEL), spec): _job((name, MODEL), spec, grid, config)
        for name in (data[:1] if config.quick else data)
        for spec in SPECS
    }


def _job(task: Task, spec: str, grid: xarray.Dataset, config: Any) -> Training:
    here = grid.sel(task=plan.label(task), algorithm=methods.label(spec))
    eta, rho = best(here)
    many = config.seeds * (2 if task[0].endswith(f":{NOISY}") else 1)
    return Training(
        *task, spec, (eta,), (rho,), many, config.epochs, FIRST, train=config.train
    )


def best(here: xarray.Dataset) -> tuple[float, float]:
    """Learning rate and radius of the largest mean test accuracy over the seeds.

    Of equals the one of the least mean test loss; never one at which a seed overflew.

    Args:
        here: `test_accuracy`, `test_loss` `(rho_level, eta_level, seed)`, `eta`, `rho`.
    """
    cells = ("rho_level", "eta_level")
    mean = here[["test_accuracy", "test_loss"]].mean("seed", skipna=False)
    mean = mean.stack(cell=cells, create_index=False)
    accuracy = mean.test_accuracy.round(9).fillna(-1.0).values
    loss = np.where(accuracy == accuracy.max(), mean.test_loss, np.inf)
    rho, eta = divmod(int(loss.argmin()), here.sizes["eta_level"])
    return float(here.eta.values[eta]), float(here.rho.values[rho])


def runs(jobs: dict[Any, Training], paths: list[Path]) -> xarray.Dataset:
    """What was measured, as `gathered`; NaN where a task has fewer seeds."""
    rows: dict[Task, dict[Any, Path]] = {}
    for key, path in zip(jobs, paths, strict=True):
        rows.setdefault(key[0], {})[key] = path
    each = [
        gathered({key: jobs[key] for key in row}, list(row.values()))
        for row in rows.values()
    ]
    return xarray.concat(each, "task", join="outer")


def result(jobs: dict[Any, Training], runs: xarray.Dataset) -> xarray.Dataset:
    """What is kept of the runs: test accuracies, and where they were trained.

    Args:
        jobs: by task and method.
        runs: from `runs`.
    """
    runs = runs.isel(rho_level=0, eta_level=0, drop=True)
    test, ran = runs.test_accuracy, runs.start_loss.notnull()
    told = {
        "test_accuracy": test.fillna(OVERFLOWN).where(ran),
        "overflown": (test.isnull() & ran).sum("seed"),
    }
    for name in ("eta", "rho"):
        rows = {
            (plan.label(task), methods.label(spec)): getattr(job, name)[0]
            for (task, spec), job in jobs.items()
        }
        values = [
            [rows[str(t), str(a)] for a in test.algorithm.values]
            for t in test.task.values
        ]
        told[f"chosen_{name}"] = ("task", "algorithm"), values
    return xarray.Dataset(told)
