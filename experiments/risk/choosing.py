"""Every method at its own best: cells of the grid chosen set by set."""

from __future__ import annotations

import numpy as np
import xarray

JUDGES = ("validation", "hindsight")
HORIZONS = ("last", "stopped")
CELL = ("checkpoint", "rho_level", "eta")


def at_best(risks: xarray.Dataset) -> xarray.Dataset:
    """The risks of each method at its own best learning rate and radius.

    By `validation` every set chooses for itself, by its own validation samples: the
    chance of the choice is in the spread over the sets. In `hindsight` each half of the
    sets has the cell that is best on average for the other half: what a method can do,
    without the luck of a choice on the data that judge it. To `last` belongs the last
    number of steps; `stopped`, the number of steps is chosen, too.

    Args:
        risks: `validation`, `excess`, `gap`, `optimisation` `(algorithm, set,
            checkpoint, rho_level, eta)`, and `rho`
            `(algorithm, rho_level)`.

    Returns:
        `tuned_excess`, `tuned_gap`, `tuned_optimisation`, `chosen_eta`, `chosen_rho`,
        `chosen_checkpoint`, all `(judge, horizon, algorithm, set)`.
    """
    rows = [
        xarray.concat(
            [_taken(risks, judge, horizon) for horizon in HORIZONS], "horizon"
        )
        for judge in JUDGES
    ]
    return xarray.concat(rows, "judge").assign_coords(
        judge=list(JUDGES), horizon=list(HORIZONS)
    )


def _taken(risks: xarray.Dataset, judge: str, horizon: str) -> xarray.Dataset:
    """One way to choose."""
    if horizon == "last":
        risks = risks.isel(checkpoint=slice(-1, None))
    flat = risks.stack(cell=CELL, create_index=False)
    name = "validation" if judge == "validation" else "excess"
    seen = flat[name].transpose("algorithm", "set", "cell").values
    where = seen.argmin(axis=-1) if judge == "validation" else halves(seen)
    at = xarray.DataArray(where, dims=("algorithm", "set"))
    found = {
        f"tuned_{part}": flat[part].isel(cell=at)
        for part in ("excess", "gap", "optimisation")
    }
    sizes = [risks.sizes[name] for name in CELL]
    checkpoint, rho, eta = (
        xarray.DataArray(v, dims=at.dims) for v in np.unravel_index(where, sizes)
    )
    found["chosen_eta"] = risks.eta.isel(eta=eta)
    found["chosen_rho"] = risks.rho.isel(
        algorithm=xarray.DataArray(np.arange(len(where)), dims="algorithm"),
        rho_level=rho,
    )
    found["chosen_checkpoint"] = risks.checkpoint.isel(checkpoint=checkpoint)
    for name in [name for name in found if name.startswith("chosen")]:
        found[name] = found[name].astype("float32")
    return xarray.Dataset(
        {name: one.reset_coords(drop=True) for name, one in found.items()}
    )


def halves(excess: np.ndarray) -> np.ndarray:
    """For each set the cell of least mean over the half it does not belong to.

    Args:
        excess: `(..., set, cell)`, inf where diverged.

    Returns:
        `(..., set)`.
    """
    odd = np.arange(excess.shape[-2]) % 2 == 1
    best = [excess[..., side, :].mean(axis=-2).argmin(axis=-1) for side in (odd, ~odd)]
    return np.where(odd, best[1][..., None], best[0][..., None])
