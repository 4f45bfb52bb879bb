r"""L10's construction of ours: neighbouring data sets on which SAM parts for ever."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from landscapes.half_line import half_line
from theory.base import gradient_descent
from theory.method import Method


def staircase(n: int, steps: int, q: float, eta: float, rho: float) -> Callable:
    r"""The mean gradient of n - 1 walls and one row of T ever weaker slopes.

    The wall is $\frac12\sum_k(w_k - 2q\rho)_+^2$, the row
    $\frac12\sum_k q^k(w_k + a)_+^2$, and a the least that a step of SAM takes from the
    coordinate it is at. On n walls every method stays at 0.
    """
    slopes, share = q ** np.arange(1, steps + 1), 1 - 1 / n
    a = eta * rho * share * (1 - 3 * q)

    def positive(v: np.ndarray) -> np.ndarray:
        return half_line().gradient(v[:, None])[:, 0]

    return lambda w: share * positive(w - 2 * q * rho) + slopes * positive(w + a) / n


def grown(
    method: Method, n: int, steps: int, q: float, eta: float, rho: float
) -> np.ndarray:
    """Squared distances to 0 after 0, 1, ..., T steps on the staircase, `(T + 1,)`."""
    gradient, w = staircase(n, steps, q, eta, rho), np.zeros(steps)
    squares = [0.0]
    for _ in range(steps):
        d, _, _ = method.direction(w, (), gradient)
        w, _ = gradient_descent.update(w, d, (), eta)
        squares.append((w**2).sum())
    return np.array(squares)
