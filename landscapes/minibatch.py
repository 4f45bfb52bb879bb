"""A mini-batch: what a method sees in one step of a stochastic run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.sample import Sample


@dataclass(frozen=True, eq=False)
class MiniBatch(Sample):
    """The gradient oracle of some samples: calling it gives that of their mean loss.

    Args:
        landscape: the sum over these samples, with `n`, `losses` and `restrict`.
        t: the step.
    """

    @property
    def size(self) -> int:
        """The number of samples b."""
        return self.landscape.n

    @property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor of a network lies in a point."""
        return self.landscape.segments

    def losses(self, x: Any) -> Any:
        """The loss of each sample, shape `(..., b)`."""
        return self.landscape.losses(x)

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


def choose(rows: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    """Entries along `axis`; axes before it are runs, each with a choice of its own.

    Args:
        rows: all runs' rows, or `(..., n, *rest)`, n at `axis` < 0.
        indices: shape `(b,)` or `(..., b)`.
        axis: -1 or -2.

    Returns:
        Shape `(..., b, *rest)`.
    """
    if rows.ndim == -axis:
        return rows[indices]
    runs = np.broadcast_shapes(rows.shape[:axis], indices.shape[:-1])
    rows = np.broadcast_to(rows, (*runs, *rows.shape[axis:]))
    indices = np.broadcast_to(indices, (*runs, indices.shape[-1]))
    trailing = (1,) * (-1 - axis)
    return np.take_along_axis(rows, indices.reshape(indices.shape + trailing), axis)


def choose_tensors(rows: Any, indices: Any, depth: int) -> Any:
    """`choose` for torch tensors whose rows have any shape.

    Args:
        rows: `(*runs, n, *rest)`.
        indices: `(b,)` or `(..., b)`; leading axes broadcast with the runs.
        depth: the number of axes of the runs.

    Returns:
        Shape `(..., b, *rest)`.
    """
    if not depth:
        return rows[indices]
    import torch

    runs = torch.broadcast_shapes(rows.shape[:depth], indices.shape[:-1])
    n, rest = rows.shape[depth], rows.shape[depth + 1 :]
    rows = rows.expand(*runs, n, *rest).reshape(-1, n, *rest)
    indices = indices.expand(*runs, indices.shape[-1]).reshape(len(rows), -1)
    each = torch.arange(len(rows), device=rows.device)[:, None]
    return rows[each, indices].reshape(*runs, indices.shape[-1], *rest)
