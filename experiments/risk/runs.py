"""Runs of a method on many training sets, learning rates and radii at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.risk.shared import Sets
from landscapes.draw import tau_nice
from landscapes.finite_sum import FiniteSum
from theory import methods
from theory.expected_residual import tau_nice_residual
from theory.runs import at

CHECKPOINTS = 5
FACTOR = 4  # between the numbers of steps at two of them


def smoothness(whole: FiniteSum, n: int, batch: int) -> float:
    r"""$L_b = A + B\beta$: the unit of learning rates is $1/L_b$.

    $E\|g_S\|^2 \le 2L_b(f - f^*) + ...$ for batches of b out of n, with A and B of
    `theory.expected_residual`, for the typical sample (the mean of their smoothness):
    $\beta$ for b = n, the samples' for b = 1. Of the whole data set, so that all
    training sets have the same learning rates.
    """
    known = whole.constants
    A, B = tau_nice_residual(n, batch, float(whole.sample_smoothness.mean()))
    return A + B * known["beta"]


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the methods run.

    Args:
        sets: their data.
        batch: samples in a step, n: all.
        eta: learning rates, `(eta,)`.
        lengths: radii of methods whose radius is a length, `(rho,)`.
        rates: those of the others, `(rho,)`.
        times: numbers of steps at which risks are told.
        seed: of the mini-batches.
    """

    sets: Sets
    batch: int
    eta: np.ndarray
    lengths: np.ndarray
    rates: np.ndarray
    times: tuple[int, ...]
    seed: tuple[int, ...]

    def radii(self, spec: str) -> np.ndarray:
        """Of a method, `(rho,)`; one 0 where it has none."""
        method = methods.make(spec)
        if not method.has_radius:
            return np.zeros(1)
        return self.lengths if method.radius_unit == "length" else self.rates

    @cached_property
    def orders(self) -> np.ndarray | None:
        """The samples of each step, `(step, set, 1, b)`, the same for all runs."""
        n, sets = self.sets.train.n, len(self.sets.train.X)
        if self.batch == n:
            return None
        rng = np.random.default_rng(self.seed)
        return tau_nice(n, self.batch, rng, (self.times[-1] + 1, sets, 1))

    def sample(self) -> Callable | None:
        """The mini-batch of every step, for `iterate`; None: the whole set."""
        if self.orders is None:
            return None
        return lambda t: self.sets.train.sample(self.orders[t], t, self.seed)

    def points(self, spec: str) -> np.ndarray:
        """Where a method is from 0 at the times, `(time, set, rho, eta, d)`."""
        rho = self.radii(spec)
        runs = rho.size, self.eta.size
        radius, eta = (
            np.broadcast_to(v, runs).reshape(-1, 1) for v in (rho[:, None], self.eta)
        )
        method = methods.make(spec, rho=radius)
        train = self.sets.train
        x = np.zeros((len(train.X), eta.size, train.dim))
        states = at(self.times, train, method, x, eta, sample=self.sample())
        return np.stack([s.x for s in states]).reshape(
            len(self.times), len(x), *runs, train.dim
        )


def checkpoints(steps: int) -> tuple[int, ...]:
    """Geometric, the last is `steps`."""
    return tuple(
        sorted({max(1, steps // FACTOR**k) for k in reversed(range(CHECKPOINTS))})
    )
