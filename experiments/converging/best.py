"""Every method at its best: between a grid's learning rates too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray

from experiments.converging.settling import NEAR

ROUNDS, FINE = 2, 7  # times so many rates are tried between the grid's


def at_best(
    found: xarray.Dataset,
    eta: np.ndarray,
    beta: float,
    grid: Callable[[np.ndarray], xarray.Dataset],
    rounds: int = ROUNDS,
) -> xarray.Dataset:
    """The least rate and times, and the largest eta, once more between the grid's.

    Args:
        found: `rate`, `end` and `time` of the grid.
        eta: its learning rates, `(E,)`.
        beta: what they are told over.
        grid: measures others, `(rho, F)`.
        rounds: how often.

    Returns:
        `best_eta`, `best_rate`, `best_time`, `best_time_eta`, `largest_eta`, see
        `rates.rates`.
    """
    tried = np.broadcast_to(eta, found.rate.shape).copy()
    seen = [_falling(found), converges(found), found.time.values]
    for _ in range(rounds):
        finer = np.hstack([_around(tried, seen[0]), _beyond(tried, seen[1])])
        more = grid(finer)
        tried = np.hstack([tried, finer])
        anew = _falling(more), converges(more), more.time.values
        seen = [np.concatenate(both, axis=-1) for both in zip(seen, anew, strict=True)]
    rate, good, time = seen
    largest = np.where(good, tried, -np.inf).max(axis=-1)
    largest = np.where(np.isinf(largest), np.nan, largest)
    return xarray.Dataset(
        {
            "best_eta": ("rho_level", _at_least(rate, tried) * beta),
            "best_rate": ("rho_level", _at_least(rate, rate)),
            "best_time": (("level", "rho_level"), time.min(axis=-1)),
            "best_time_eta": (
                ("level", "rho_level"),
                _at_least(time, np.broadcast_to(tried, time.shape)) * beta,
            ),
            "largest_eta": (
                "rho_level", np.where(largest >= eta.max(), np.inf, largest * beta)
            ),
        }
    )  # fmt: skip


def _at_least(values: np.ndarray, what: np.ndarray) -> np.ndarray:
    """`what` where values are least along the last axis; NaN where none is finite."""
    values = np.where(np.isfinite(values), values, np.inf)
    k = values.argmin(axis=-1)[..., None]
    chosen = np.take_along_axis(what, k, -1)[..., 0]
    return np.where(np.isinf(values).all(axis=-1), np.nan, chosen)


def _falling(found: xarray.Dataset) -> np.ndarray:
    """The rates below 1, of runs that were not thrown far; else NaN."""
    rate = found.rate.values
    return np.where((rate < 1) & np.isfinite(found.end.values), rate, np.nan)


def converges(found: xarray.Dataset) -> np.ndarray:
    """Whether all runs arrive, or get there at a steady rate."""
    return (found.end.values <= NEAR) | ~np.isnan(_falling(found))


def _around(eta: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Rates between the best one's neighbours, `(R, FINE)`; the first where none is."""
    finer = np.empty((len(eta), FINE))
    for row, (tried, seen) in enumerate(zip(eta, rate, strict=True)):
        known = np.where(np.isnan(seen), np.inf, seen)
        best = tried[known.argmin()] if np.isfinite(known).any() else tried.min()
        low = max(tried[tried < best], default=best)
        high = min(tried[tried > best], default=best)
        finer[row] = np.linspace(low, high, FINE + 2)[1:-1]
    return finer


def _beyond(eta: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Rates between the largest that converges and the next, `(R, FINE)`."""
    low = np.where(good, eta, -np.inf).max(axis=1)
    low = np.where(np.isinf(low), eta.min(axis=1), low)
    high = np.where(eta > low[:, None], eta, np.inf).min(axis=1)
    high = np.where(np.isinf(high), low, high)
    return np.linspace(low, high, FINE + 2, axis=1)[:, 1:-1]
