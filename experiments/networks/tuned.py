"""Every method at its own best: chosen on validation data, judged on test data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import xarray

from experiments.networks import plan
from experiments.networks.paired import Pairs, columns, interval
from theory import methods

KEPT = ("test_accuracy", "test_loss", "train_loss", "diverged", "top_eigenvalue")
OVERFLOWN = 0.0  # the test accuracy of a run that overflew: it tells nothing right


def chosen(grid: xarray.Dataset) -> xarray.Dataset:
    """The learning rate and radius of every task and method.

    The largest mean validation accuracy over the seeds; of equals that of the least
    mean validation loss. A cell in which a seed overflew is not chosen.

    Args:
        grid: `validation_accuracy`, `validation_loss` `(task, algorithm, rho_level,
            eta_level, seed)`, `eta` and `rho`.

    Returns:
        `chosen_rho_level`, `chosen_eta_level`, `chosen_rho`, `chosen_eta`
        `(task, algorithm)`.
    """
    cells = {"cell": ("rho_level", "eta_level")}
    mean = grid[["validation_accuracy", "validation_loss"]].mean("seed", skipna=False)
    mean = mean.stack(cells, create_index=False)
    # Sums of shares in different orders differ in the last bits.
    accuracy = mean.validation_accuracy.round(9).fillna(-1.0)
    best = accuracy == accuracy.max("cell")
    where = mean.validation_loss.where(best).fillna(np.inf).argmin("cell")
    rho_level, eta_level = (
        where // grid.sizes["eta_level"],
        where % grid.sizes["eta_level"],
    )
    return xarray.Dataset(
        {
            "chosen_rho_level": rho_level,
            "chosen_eta_level": eta_level,
            "chosen_rho": grid.rho.isel(rho_level=rho_level),
            "chosen_eta": grid.eta.isel(eta_level=eta_level),
        }
    )


def judges(jobs: dict[Any, Any], choice: xarray.Dataset, fresh: int) -> dict[Any, Any]:
    """The chosen cells, trained anew from seeds that had no part in the choice.

    Args:
        jobs: those of the grid, by task and method.
        choice: from `chosen`.
        fresh: how many seeds.
    """
    found = {}
    for (task, spec), job in jobs.items():
        cell = choice.sel(task=plan.label(task), algorithm=methods.label(spec))
        found[task, spec] = replace(
            job,
            eta=(float(cell.chosen_eta),),
            rho=(float(cell.chosen_rho),),
            seeds=fresh,
            first_seed=job.first_seed + job.seeds,
        )
    return found


def at_best(runs: xarray.Dataset) -> xarray.Dataset:
    """The fresh runs: `tuned_test`, the test accuracy, and other columns.

    A run that overflew has an accuracy of 0, less than chance: it counts against the
    method that chose the cell. `tuned_overflown` `(task, algorithm)` are so many.

    Args:
        runs: the gathered results of `judges`.
    """
    kept = [name for name in KEPT if name in runs]
    found = runs[kept].isel(rho_level=0, eta_level=0, drop=True)
    names = {name: f"tuned_{name}" for name in kept} | {"test_accuracy": "tuned_test"}
    found = found.rename(names | {"seed": "fresh_seed"})
    return found.assign(
        tuned_test=found.tuned_test.fillna(OVERFLOWN),
        tuned_overflown=found.tuned_test.isnull().sum("fresh_seed"),
    )


def judged(
    tuned_test: xarray.DataArray, against: Pairs | None = None
) -> xarray.Dataset:
    """Differences in test accuracy between the methods, each at its own best.

    Args:
        tuned_test: `(task, algorithm, fresh_seed)`.
        against: who is compared with whom; None: `paired.columns`.

    Returns:
        `difference` `(task, algorithm, versus)`: the mean over the seeds of the
        method's less the other's; `difference_low`, `_high`: by t, all intervals of
        all tasks together (Bonferroni). NaN where no comparison was planned.
    """
    tuned_test = tuned_test.transpose("task", "algorithm", "fresh_seed")
    labels = [str(label) for label in tuned_test.algorithm.values]
    against = columns(labels) if against is None else against
    tasks = tuned_test.sizes["task"]
    found = np.full((3, tasks, len(labels), len(against)), np.nan)
    for column, pairs in enumerate(against.values()):
        for label, other in pairs.items():
            apart = tuned_test.sel(algorithm=label) - tuned_test.sel(algorithm=other)
            place = labels.index(label), column
            found[:, :, *place] = interval(apart.values, family(against, tasks))
    names = ("difference", "difference_low", "difference_high")
    dims = ("task", "algorithm", "versus")
    told = {name: (dims, part) for name, part in zip(names, found, strict=True)}
    kept = {name: tuned_test[name] for name in ("task", "algorithm")}
    return xarray.Dataset(told, coords=kept | {"versus": list(against)})


def family(against: Pairs, tasks: int) -> int:
    """How many comparisons are made, of all tasks together."""
    return max(1, sum(map(len, against.values())) * tasks)
