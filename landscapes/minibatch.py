"""A mini-batch: what a method sees in one step of a stochastic run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class MiniBatch:
    """The gradient oracle of some samples: `gradient(x)` is that of their mean loss.

    Args:
        landscape: the sum over these samples, with `losses` and `restrict`.
        t: the step.
    """

    landscape: Any
    t: int = 0

    @property
    def size(self) -> int:
        """The number of samples b."""
        return self.landscape.n

    def __call__(self, x: Any) -> Any:
        """The gradient of the mean loss, shape `(..., d)`."""
        return self.landscape.gradient(x)

    def value(self, x: Any) -> Any:
        """The mean loss, shape `(...)`."""
        return self.landscape.value(x)

    def losses(self, x: Any) -> Any:
        """The loss of each sample, shape `(..., b)`."""
        return self.landscape.losses(x)

    def hvp(self, x: Any, v: Any) -> Any:
        """The Hessian of the mean loss times v, shape `(..., d)`."""
        return self.landscape.hvp(x, v)

    def subset(self, indices: Any) -> MiniBatch:
        """Some of the samples, by their place in this batch.

        Args:
            indices: integers, shape `(k,)` for all runs or `(..., k)`.
        """
        return MiniBatch(self.landscape.restrict(indices), self.t)

    def split(self, m: int) -> list[MiniBatch]:
        """`m` contiguous shards in batch order, of sizes as equal as possible.

        Raises:
            ValueError: m is not between 1 and the number of samples.
        """
        if not 1 <= m <= self.size:
            raise ValueError(
                f"a batch of {self.size} splits into 1 to {self.size} shards, got {m}."
            )
        return [self.subset(part) for part in np.array_split(np.arange(self.size), m)]


def samples(indices: Any, n: int, name: str) -> np.ndarray:
    """Indices of samples as an integer array.

    Raises:
        ValueError: they are no integers in [0, n), or there are none.
    """
    idx = np.asarray(indices)
    integers = np.issubdtype(idx.dtype, np.integer) and idx.ndim > 0 and idx.size > 0
    if not integers or idx.min() < 0 or idx.max() >= n:
        raise ValueError(
            f"`{name}` takes samples by integers (..., b) in [0, {n}), got {indices}."
        )
    return idx
