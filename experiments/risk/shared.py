"""Many data sets at once, on each of which many runs see the same samples."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from experiments.risk.problem import Sizes
from landscapes.finite_sum import FiniteSum


@dataclass(frozen=True, eq=False)
class Shared(FiniteSum):
    """Data sets `(set, 1, n, d)` for points `(set, run, d)`.

    The products with all runs of a set are one matrix product: some ten times as fast
    as a copy of the data a run.
    """

    def predictions(self, w):
        r"""$\langle x_i, w\rangle$, shape `(set, run, n)`."""
        return w @ self.X[..., 0, :, :].mT

    def _backward(self, s):
        return s @ self.X[..., 0, :, :] / self.n

    @classmethod
    def of(cls, whole: FiniteSum, rows: np.ndarray) -> Shared:
        """The sums over some rows of a whole, `(set, n)`, one set each."""
        told = {spec.name: getattr(whole, spec.name) for spec in fields(FiniteSum)}
        return cls(**told | {"X": whole.X[rows][:, None], "y": whole.y[rows][:, None]})


@dataclass(frozen=True, eq=False)
class Sets:
    """Disjoint parts of one data set, parted at random many times.

    Args:
        train: S, of n samples.
        validation: for choosing.
        rest: all others; the mean loss on them is the population risk F.
    """

    train: Shared
    validation: Shared
    rest: Shared

    @classmethod
    def drawn(cls, whole: FiniteSum, sizes: Sizes, sets: int, seed: list[int]) -> Sets:
        """Uniform and independent, without replacement within a set."""
        rng = np.random.default_rng(seed)
        order = rng.permuted(np.tile(np.arange(whole.n), (sets, 1)), axis=1)
        ends = np.cumsum([sizes.train, sizes.validation])
        return cls(*(Shared.of(whole, rows) for rows in np.split(order, ends, axis=1)))
