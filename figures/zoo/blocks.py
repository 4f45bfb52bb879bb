"""What the matrix shows: escapes, ranges, and where Stable changes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize

from figures.zoo.pairs import pairs, tasks
from theory import methods
from theory.methods.adasam import AdaSAM
from theory.methods.sam_polyak import SAMPolyak

NEEDS = (
    "plain_form", "escape_eta_share", "saddle_unserved", "range_low", "range_high",
    "range_failure", "convex_unserved", "largest",
    "train_largest_ratio_low", "train_largest_ratio_high",
)  # fmt: skip
ONE, BASE = "GD", methods.label("adasam/rho=0")
TARGET = "band"  # to a minimum or to a cycle about it
RATES, APART = 0.15, 1.05  # of which shares and ranges count as changed
SHARES = LinearSegmentedColormap.from_list("shares", ["#EFE6CF", "#7FB69A", "#0B5345"])
OVER = LinearSegmentedColormap.from_list(
    "over", ["#7A3E00", "#D9A760", "#F7F4EC", "#8FB6D9", "#1B3F77"]
)
SCALE = "largest rate over (S)GD's"
RATE = LogNorm(0.25, 4), OVER, SCALE, (0.25, 0.5, 1, 2, 4)


@dataclass(frozen=True)
class Block:
    """Columns that are measured alike.

    Args:
        words: what they are, and what is shown.
        names: of the columns.
        value: `(algorithm, column)`; 0 of none, NaN where undecided, or not comparable.
        served: whether a method can run there, `(algorithm, column)`.
        sign: of a method under Stable against itself without, `(algorithm, column)`.
        norm: of the colours.
        colors: the map.
        scale: what they show.
        ticks: of the scale.
    """

    words: str
    names: list[str]
    value: xarray.DataArray
    served: xarray.DataArray
    sign: xarray.DataArray
    norm: Normalize
    colors: Colormap
    scale: str
    ticks: tuple[float, ...]


def blocks(dataset: xarray.Dataset) -> list[Block]:
    """Saddles, convex functions and networks, at the middle radius."""
    return [_saddles(dataset), _convex(dataset), _networks(dataset)]


def _saddles(dataset: xarray.Dataset) -> Block:
    """More rates are better; what changes by one of ten may be chance."""
    share = _middle(dataset.escape_eta_share, "saddle_rho_level")
    share = share.rename(landscape="column")
    change = share - _inner(dataset, share)
    sign = (change > RATES).astype(int) - (change < -RATES).astype(int)
    served = (dataset.saddle_unserved == "").rename(landscape="column")
    look = Normalize(0, 1), SHARES, "share of rates that escape", (0, 0.5, 1)
    return Block("saddles", _spaced(share), share, served, sign, *look)


def _convex(dataset: xarray.Dataset) -> Block:
    """Brackets that lie apart, by a twentieth at least."""
    low, high = (
        _middle(dataset[f"range_{end}"].sel(target=TARGET), "convex_rho_level")
        .fillna(0.0)
        .rename(function="column")
        for end in ("low", "high")
    )
    inner = [_inner(dataset, end) for end in (low, high)]
    more, less = low > APART * inner[1], inner[0] > APART * high
    # What converges nowhere has no bracket, but the other's has a lower end.
    more, less = more | ((inner[0] == 0) & (low > 0)), less & (low > 0)
    less = less | ((low == 0) & (inner[0] > 0))
    # What had not come to an end says neither that it would, nor that it would not.
    failure = _middle(dataset.range_failure.sel(target=TARGET), "convex_rho_level")
    failure = failure.rename(function="column")
    cut = (low == 0) & (failure == "undecided")
    sign = (more.astype(int) - less.astype(int)).where(~(cut | _inner(dataset, cut)), 0)
    served = (dataset.convex_unserved == "").rename(function="column")
    value = _over(low, dataset, 2.0).where(~cut)
    return Block("convex functions", _spaced(value), value, served, sign, *RATE)


def _networks(dataset: xarray.Dataset) -> Block:
    """Intervals without 1; nothing where a seed trains nowhere."""
    largest = _middle(dataset.largest, "rho_level").rename(task="column")
    logs = np.log(largest).mean("seed", skipna=False)
    value = _over(np.exp(logs).fillna(0.0), dataset, None)
    told = dataset.sel(versus="plain")
    low, high = (
        _middle(told[f"train_largest_ratio_{end}"], "rho_level").rename(task="column")
        for end in ("low", "high")
    )
    sign = (low > 1).astype(int) - (high < 1).astype(int)
    served = xarray.ones_like(value, dtype=bool)
    return Block("networks", tasks(dataset)[0], value, served, sign, *RATE)


def _spaced(values: xarray.DataArray) -> list[str]:
    """Names of columns."""
    names = values.column.values.astype(str)
    return [n.replace("_", " ").replace("-", "\N{MINUS SIGN}") for n in names]


def _middle(values: xarray.DataArray, level: str) -> xarray.DataArray:
    """At the middle radius."""
    return values.isel({level: values.sizes[level] // 2})


def _inner(dataset: xarray.Dataset, values: xarray.DataArray) -> xarray.DataArray:
    """Of every method under Stable the plain one's; of the others their own."""
    around = {label: plain for plain, label in pairs(dataset).items()}
    labels = values.algorithm.values.astype(str)
    there = [around[a] if around.get(a) in {*labels} else a for a in labels]
    return values.sel(algorithm=there).assign_coords(algorithm=values.algorithm)


def _over(
    values: xarray.DataArray, dataset: xarray.Dataset, one: float | None
) -> xarray.DataArray:
    """Over GD's, or over its own base's; NaN where the rate has another unit.

    Args:
        values: learning rates `(algorithm, column)`, 0 of none.
        dataset: the result.
        one: GD's; None: as measured.
    """
    found = values.copy()
    for label in values.algorithm.values.astype(str):
        base = values.sel(algorithm=ONE) if one is None else one
        if label.startswith(SAMPolyak().label):
            base = np.nan
        elif AdaSAM().label in label:
            there = BASE in values.algorithm.values
            base = values.sel(algorithm=BASE) if there else np.nan
        own = values.sel(algorithm=label)
        both = np.isinf(own) & np.isinf(base)  # at all rates, as its base
        ratio = (own / base).where(~both, 1.0)
        # What never converges does so in any unit.
        found.loc[{"algorithm": label}] = ratio.where(own > 0, 0.0)
    return found
