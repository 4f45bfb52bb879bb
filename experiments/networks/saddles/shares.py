"""Shares of runs over the grid, with their intervals."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import xarray

from experiments.networks.saddles.stalled import STALLED
from theory.share import wilson

CURVED = 0.01  # of lam_max: an eigenvalue below minus this is negative
CONSTANT = 0.9  # of the loss of the best constant output
VANISHES = 0.1  # of ||g||


def interval(
    name: str, hits: xarray.DataArray, of: xarray.DataArray, over: list[Hashable]
) -> dict[str, xarray.DataArray]:
    """The share of some runs of others, over some dimensions, and Wilson's interval."""
    count = of.sum(over)
    good = (hits & of).sum(over)
    share, low, high = np.full((3, *count.shape), np.nan)
    known = count.values > 0
    share[known] = good.values[known] / count.values[known]
    low[known], high[known] = wilson(good.values[known], count.values[known])
    made = zip(("", "_low", "_high"), (share, low, high), strict=True)
    return {f"{name}{end}": count.copy(data=data) for end, data in made}


def pooled(dataset: xarray.Dataset) -> xarray.Dataset:
    """With the shares of training and of hallucinated minimisers."""
    return dataset.assign(_training(dataset) | _hallucination(dataset))


def stalled(at: xarray.Dataset) -> xarray.DataArray:
    """Which runs of training stall, at one check."""
    return abs(at.train_fall) < STALLED


def _training(dataset: xarray.Dataset) -> dict[str, xarray.DataArray]:
    last = dataset.isel(check=-1)
    index = last.train_index.sel(threshold=CURVED)
    known = np.isfinite(last.train_lam_max)
    rest = stalled(last)
    over: list[Hashable] = ["train_eta_level", "seed"]
    high = last.train_loss > CONSTANT * dataset.constant_loss
    found = interval("stalled", rest & (index > 0), known, over)
    found |= interval("settled", rest & (index == 0), known, over)
    found |= interval("plateau", high & (index > 0), known, over)
    return found | {"runs": known.sum(over)}


def _hallucination(dataset: xarray.Dataset) -> dict[str, xarray.DataArray]:
    d, g = dataset.hallucination_d_norm, dataset.hallucination_g_norm
    below = dataset.hallucination_loss_there < dataset.hallucination_loss_here
    gone, known = d < VANISHES * g, np.isfinite(d) & np.isfinite(g)
    over: list[Hashable] = ["hallucination_eta", "seed"]
    found = {}
    kinds = {"hallucinated": gone & below, "vanished": gone, "upside_down": below}
    for arm, end in (("cold", ""), ("warm", "_warm")):
        for name, hits in kinds.items():
            part = hits.sel(arm=arm, drop=True), known.sel(arm=arm, drop=True)
            found |= interval(f"{name}{end}", *part, over)
    return found
