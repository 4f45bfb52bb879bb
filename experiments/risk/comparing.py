"""Which method is better, by intervals over the training sets."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.paired import LEVEL
from experiments.risk.paired import MINUS, apart, moments, pairs_of, quantile

ROUNDING = 1e-9  # of gains and of ranges: what differs by less is the same
KINDS = ("gain", "equal_gain", "wider")


def compared(whole: xarray.Dataset) -> xarray.Dataset:
    r"""Intervals of all comparisons, each pair of methods a family of its own.

    Args:
        whole: of `plan.together`.

    Returns:
        With `gain`, `gain_low`, `gain_high` `(judge, horizon, pair, task, n, batch)`:
        how much lower the method's excess risk is at its own best, over the other's
        mean; `equal_gain` ... `(pair, rho_level, eta, task, n, batch)`, the same at
        equal learning rate and level of the radius after the last step, in units of
        the first method's least mean excess; `wider` ... `(pair, radius, task, n,
        batch)`, the method's good range over the other's. And `overflown`, the share of
        sets whose chosen run diverged.
    """
    there = whole.tuned_excess.notnull().any([*_rest(whole.tuned_excess)])
    cases, sets = int(there.sum()), whole.sizes["set"]
    pairs = pairs_of(whole.algorithm.values.astype(str))
    found = whole.assign(overflown=np.isinf(whole.tuned_excess).mean("set"))
    if not pairs:
        return found.assign_attrs(_words(whole, cases, {}))
    excess = whole.tuned_excess
    mean, error = moments(apart(excess, pairs))
    others = [two for _, two in pairs]
    scale = excess.mean("set").sel(algorithm=others).rename(algorithm="pair")
    scale = scale.assign_coords(pair=mean.pair)
    best = whole.excess_mean.isel(checkpoint=-1).astype(float)
    least = best.isel(algorithm=0).min(["rho_level", "eta"]).drop_vars("algorithm")
    counts = {
        "gain": cases * mean.sizes["judge"] * mean.sizes["horizon"],
        "equal_gain": cases * whole.sizes["eta"] * whole.sizes["rho_level"],
        "wider": cases * whole.sizes["radius"],
    }
    t = {name: quantile(sets, count) for name, count in counts.items()}
    gain = _ends("gain", -mean / scale, t["gain"] * error / scale)
    equal = (
        -whole.equal_difference / least,
        t["equal_gain"] * whole.equal_error / least,
    )
    wide = _ends("wider", whole.log_wider, t["wider"] * whole.log_wider_error)
    wide = {name: np.exp(value) for name, value in wide.items()}
    cells = _ends("equal_gain", *equal)
    cells = {name: value.astype("float32") for name, value in cells.items()}
    found = found.assign(gain | cells | wide)
    found = found.drop_vars(["equal_difference", "equal_error"])
    return found.assign_attrs(_words(whole, cases, counts))


def sign(found: xarray.Dataset, kind: str) -> xarray.DataArray:
    """1 where an interval says better, -1 worse, 0 undecided, NaN where none is.

    Where the two do not differ in any set they are the same: also 0.
    """
    neutral = 1.0 if kind == "wider" else 0.0
    low, high = found[f"{kind}_low"], found[f"{kind}_high"]
    above, below = low > neutral + ROUNDING, high < neutral - ROUNDING
    return (above.astype(float) - below).where(low.notnull())


def same(found: xarray.Dataset, kind: str) -> xarray.DataArray:
    """Whether two methods do not differ in any set."""
    neutral = 1.0 if kind == "wider" else 0.0
    return (
        np.abs(found[[f"{kind}_low", f"{kind}_high"]] - neutral)
        .to_array()
        .max("variable")
        <= ROUNDING
    )


def pair(method: str, other: str) -> str:
    """The name of a comparison."""
    return MINUS.join((method, other))


def _ends(
    name: str, value: xarray.DataArray, half: xarray.DataArray
) -> dict[str, xarray.DataArray]:
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _rest(values: xarray.DataArray) -> list[str]:
    return [dim for dim in values.dims if dim not in ("task", "n", "batch")]


def _words(whole: xarray.Dataset, cases: int, counts: dict[str, int]) -> dict:
    """What was done, in the result's own attributes."""
    told = ", ".join(f"{count} of {name}" for name, count in counts.items())
    return {
        "cases": cases,
        "statistic": (
            f"paired t over {whole.sizes['set']} training sets, the same ones and the "
            "same mini-batches for all methods; good ranges: the standard error by a "
            "bootstrap over the sets"
        ),
        "multiplicity": (
            f"{100 * (1 - LEVEL):g} % together (Bonferroni), a family for each pair of "
            f"methods and question: {told}"
        ),
        "population": (
            "mean loss, with the ridge, on all samples of the data set that were drawn "
            "neither to train nor to validate; its minimum by Newton's method"
        ),
        "choice": (
            "validation: every training set chooses by n/5 further samples; hindsight: "
            "each half of the sets has what was best on average for the other half"
        ),
        "spread": (
            "over random partitions of one data set: it tells nothing of other data"
        ),
        "budget": "equal steps: all but SGD take two gradients a step",
    }
