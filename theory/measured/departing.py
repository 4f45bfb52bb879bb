"""How fast a minimum is left, at first, after a switch to another method (L28)."""

from __future__ import annotations

import numpy as np
import xarray

SMALL = 1e-2  # of |g|: so far a mode turns neither |g| nor |d'| much


def at_first(own: xarray.Dataset) -> xarray.DataArray:
    r"""Growth a step of $\ln$ of the gradient along $v_1$, while it is small.

    Of its changes, as in `experiments.edges.late.growth`, in which a constant does not
    show: for as long as it is at most a hundredth of $\lVert g\rVert$ at the switch,
    and over the first two at any rate. NaN where no growth is predicted: what falls is
    soon beneath rounding.

    Args:
        own: of methods that are switched to.
    """
    found = xarray.apply_ufunc(
        _first_slope, own.late_g_along_v1, own.late_g_norm.isel(late_check=0),
        input_core_dims=[["late_moment"], []], vectorize=True,
    )  # fmt: skip
    return found.where(own.late_growth_predicted > 0)


def _first_slope(along: np.ndarray, size: float) -> float:
    large = np.flatnonzero(~(np.abs(along) <= SMALL * size))
    last = max(1, large[0] - 1 if large.size else len(along) - 2)
    change = np.abs(np.diff(along[: last + 2].astype(float)))
    if not (np.isfinite(change).all() and (change > 0).all() and len(change) > 1):
        return np.nan
    return float(np.polyfit(np.arange(len(change)), np.log(change), 1)[0])
