"""Sums of powers, up to steps without end: T17."""

from __future__ import annotations

from typing import Any

import numpy as np


def geometric(c: Any, steps: Any) -> np.ndarray:
    r"""$\sum_{t<T}c^t = \frac{c^T-1}{c-1}$, c >= 0; T at c = 1, infinite if it is."""
    c, steps = np.broadcast_arrays(np.asarray(c, float), np.asarray(steps, float))
    finite = np.isfinite(c)
    growth = np.where(finite, c, 1.0) - 1
    flat = growth == 0
    with np.errstate(divide="ignore", over="ignore"):
        total = np.expm1(steps * np.log1p(growth)) / np.where(flat, 1.0, growth)
    total = np.where(flat, steps, total)
    return np.where(finite | (steps <= 1), np.where(steps <= 0, 0.0, total), np.inf)


def triangular(c: Any, steps: Any) -> np.ndarray:
    r"""The mean of `geometric(c, t)` over t < T."""
    c, steps = np.broadcast_arrays(np.asarray(c, float), np.asarray(steps, float))
    growth = np.where(np.isfinite(c), c, 1.0) - 1
    near = np.abs(growth) * steps < 1e-5
    series = (steps - 1) / 2 * (1 + growth * (steps - 2) / 3)  # the next is 1e-10
    with np.errstate(over="ignore", invalid="ignore"):
        total = (geometric(c, steps) / steps - 1) / np.where(near, 1.0, growth)
    total = np.where(near, series, total)
    return np.where(np.isfinite(c) | (steps <= 2), total, np.inf)


def total(c: Any, steps: Any) -> np.ndarray:
    r"""$\sum_{t<T}c^t$, T infinite too."""
    c, steps = np.broadcast_arrays(np.asarray(c, float), np.asarray(steps, float))
    endless = np.isinf(steps)
    part = geometric(c, np.where(endless, 1.0, steps))
    falls = c < 1
    limit = np.where(falls, 1 / np.where(falls, 1 - c, 1.0), np.inf)
    return np.where(endless, limit, part)
