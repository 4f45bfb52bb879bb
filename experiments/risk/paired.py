"""Who is compared with whom, and the intervals of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray
from scipy import special

from experiments.networks.paired import LEVEL, comparisons

# (method, other), by label.
Pairs = list[tuple[str, str]]
MINUS = " \N{MINUS SIGN} "


def pairs_of(labels: Iterable[str]) -> Pairs:
    """All with SGD, what is renormalised with what is not."""
    return comparisons(labels)


def named(pairs: Pairs) -> list[str]:
    """`SSAM − SAM`, as a coordinate."""
    return [MINUS.join(pair) for pair in pairs]


def apart(values: xarray.DataArray, pairs: Pairs) -> xarray.DataArray:
    """The method's less the other's, NaN where both are infinite, `(pair, ...)`."""
    with np.errstate(invalid="ignore"):
        rows = [
            values.sel(algorithm=one, drop=True) - values.sel(algorithm=two, drop=True)
            for one, two in pairs
        ]
    return xarray.concat(rows, "pair").assign_coords(pair=named(pairs))


def moments(values: xarray.DataArray) -> tuple[xarray.DataArray, xarray.DataArray]:
    """Mean over the sets and its standard error; NaN where one is not finite."""
    finite = np.isfinite(values).all("set")
    values = values.where(finite)
    error = values.std("set", ddof=1) / np.sqrt(values.sizes["set"])
    return values.mean("set", skipna=False), error


def quantile(sets: int, family: int) -> float:
    """Student's t: so many intervals together miss with the chance `LEVEL`, at most."""
    return float(special.stdtrit(sets - 1, 1 - LEVEL / (2 * max(1, family))))
