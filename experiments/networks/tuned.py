"""Every method at its own best: chosen on validation data, judged on test data."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.paired import VERSUS, comparisons, interval


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
    # To a part in a million a mean of float32 shares is the same whatever the order.
    accuracy = grid.validation_accuracy.astype(float).mean("seed", skipna=False)
    accuracy = accuracy.round(6).fillna(-1.0).stack(cells)
    loss = grid.validation_loss.astype(float).mean("seed", skipna=False).stack(cells)
    best = accuracy == accuracy.max("cell")
    where = loss.where(best).fillna(np.inf).argmin("cell")
    levels = np.divmod(where, grid.sizes["eta_level"])
    rho_level, eta_level = (
        level.drop_vars("cell", errors="ignore") for level in levels
    )
    return xarray.Dataset(
        {
            "chosen_rho_level": rho_level,
            "chosen_eta_level": eta_level,
            "chosen_rho": grid.rho.isel(rho_level=rho_level),
            "chosen_eta": grid.eta.isel(eta_level=eta_level),
        }
    )


def judged(tuned_test: xarray.DataArray) -> xarray.Dataset:
    """Differences in test accuracy between the methods, each at its own best.

    Args:
        tuned_test: `(task, algorithm, fresh_seed)`.

    Returns:
        `difference` `(task, algorithm, versus)`: the mean over the seeds of the
        method's less the other's; `difference_low`, `_high`: by t, all intervals of
        all tasks together (Bonferroni). NaN where no comparison was planned.
    """
    labels = [str(label) for label in tuned_test.algorithm.values]
    pairs = comparisons(labels)
    family = max(1, len(pairs) * tuned_test.sizes["task"])
    shape = (tuned_test.sizes["task"], len(labels), len(VERSUS))
    found = np.full((3, *shape), np.nan)
    values = tuned_test.transpose("algorithm", "task", "fresh_seed").values.astype(
        float
    )
    for label, other in pairs:
        i, j = labels.index(label), labels.index(other)
        apart = values[i] - values[j]
        found[:, :, i, VERSUS.index(other)] = interval(apart, family)
    names = ("difference", "difference_low", "difference_high")
    dims = ("task", "algorithm", "versus")
    return xarray.Dataset(
        {name: (dims, part) for name, part in zip(names, found, strict=True)},
        attrs={"comparisons": family},
    )
