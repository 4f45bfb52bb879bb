"""A mini-batch: what a method sees in one step of a stochastic run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.arrays import namespace
from landscapes.sample import Sample


@dataclass(frozen=True, eq=False)
class MiniBatch(Sample):
    """The gradient oracle of some samples: calling it gives that of their mean loss.

    Args:
        landscape: the sum over these samples, with `n`, `losses` and `restrict`.
        t: the step.
        seed: of the run.
        indices: which samples of the data these are, `(..., b)`; None: not told.
        total: the number of all samples.
        per_epoch: steps that an epoch takes.
    """

    indices: np.ndarray | None = None
    total: int | None = None
    per_epoch: int | None = None

    @classmethod
    def of(
        cls, whole: Any, part: Any, indices: Any, t: int = 0, seed: Any = 0
    ) -> MiniBatch:
        """Samples of a whole, drawn epoch by epoch (`landscapes.draw.epoch`).

        Args:
            whole: the sum over all samples.
            part: the sum over these.
            indices: which these are, `(..., b)`.
            t: the step.
            seed: of the run.
        """
        per_epoch = max(1, whole.n // part.n)
        return cls(part, t, seed, np.asarray(indices), whole.n, per_epoch)

    @property
    def size(self) -> int:
        """The number of samples b."""
        return self.landscape.n

    @property
    def epoch(self) -> int:
        """How many epochs were over before this step."""
        return self.step // self._per_epoch

    @property
    def new_epoch(self) -> bool:
        """Whether this is the first step of an epoch."""
        return self.step % self._per_epoch == 0

    @property
    def _per_epoch(self) -> int:
        if self.per_epoch is None:
            raise AttributeError("nothing is told of epochs.")
        return self.per_epoch

    @property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor of a network lies in a point."""
        return self.landscape.segments

    def losses(self, x: Any) -> Any:
        """The loss of each sample, shape `(..., b)`."""
        return self.landscape.losses(x)

    def losses_and_gradient(self, x: Any, active: Any = None) -> tuple[Any, Any]:
        """`losses(x)` and the gradient, of a network at the cost of the gradient.

        Args:
            x: points.
            active: a truth value for each of the `segments`: the gradient by the other
                tensors need not be computed; None: by all.
        """
        own = getattr(self.landscape, "losses_and_gradient", None)
        if own is not None:
            return own(x, active)
        return self.losses(x), self(x)

    def squares(self, x: Any, count: int) -> Any:
        r"""$\sum_i \nabla l_i(x)^2$, coordinate by coordinate, of the first samples.

        Args:
            x: points.
            count: how many samples; all, if there are fewer.
        """
        count = min(count, self.size)
        own = getattr(self.landscape, "squares", None)
        if own is not None:
            return own(x, count)
        return sum(g * g for g in (self.subset([i])(x) for i in range(count)))

    def subset(self, indices: Any) -> MiniBatch:
        """Some of the samples, by their place in this batch.

        Args:
            indices: integers, shape `(k,)` for all runs or `(..., k)`.
        """
        if namespace(indices) == "torch":
            indices = indices.cpu().numpy()
        part = self.landscape.restrict(indices)
        if self.indices is None:
            return replace(self, landscape=part)
        chosen = choose(self.indices, np.asarray(indices), -1)
        return replace(self, landscape=part, indices=chosen)

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
