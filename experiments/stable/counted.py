"""Cases beside their bounds and methods beside SGD, counted: for table and answer."""

from __future__ import annotations

import numpy as np
import xarray

WORDS = {
    "distance": "mean distance",
    "farthest": "largest distance",
    "loss": "mean loss difference",
    "worst_loss": "largest loss difference",
    "gap": "generalisation gap",
}


def sum_of(judged: dict[str, xarray.Dataset]) -> dict[str, int]:
    """How many cases are within, below, above, open, vacuous."""
    count = {
        key: sum(int(each[key].sum()) for each in judged.values())
        for key in ("within", "below", "above", "vacuous")
    }
    return count | {"open": count["within"] - count["below"] - count["above"]}


def nearest(judged: dict[str, xarray.Dataset]) -> tuple[float, str]:
    """The least bound over measured among those not vacuous, and where."""
    best, where = np.inf, "-"
    for name, each in judged.items():
        share = each.share.where(each.within & ~each.vacuous)
        if share.notnull().any() and (most := float(share.max())) > 0:
            if 1 / most < best:
                at = share.where(share == most).stack(cell=share.dims).dropna("cell")
                best, where = 1 / most, f"{WORDS[name]}, {_place(at[0])}"
    return best, where


def _place(cell: xarray.DataArray) -> str:
    """`SAM, batch 8, eta 1, rho 0.1`."""
    label = str(cell.algorithm.item())
    label = "SGD" if label == "GD" else label
    return f"{label}, batch {cell.batch.item()}, eta {cell.eta_level.item():g}"


def signs(cell: xarray.Dataset) -> dict[str, int]:
    """In how many cells less and more stable than SGD, the same, undecided."""
    known, same = cell.ratio.notnull(), cell.low == cell.high
    less, more = (cell.low > 1) & ~same, (cell.high < 1) & ~same
    count = {"less": less, "more": more, "same": same & (cell.ratio == 1)}
    made = {key: int((known & value).sum()) for key, value in count.items()}
    return made | {"open": int(known.sum()) - sum(made.values())}
