"""Flat: the memory of a point, lent from a pool and given back when it is let go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch._C import _nn


class Flat(list):
    """Vectors, one a part, with their pieces for each parameter.

    Args:
        pool: gets the memory back when nothing refers to this list.
        buffer: the vectors, and by part their pieces as vectors and in shape.
    """

    __slots__ = ("buffer", "pool")

    def __init__(self, pool: Pool, buffer: tuple) -> None:
        super().__init__(buffer[0])
        self.pool, self.buffer = pool, buffer

    @property
    def vectors(self) -> Sequence[Sequence[torch.Tensor]]:
        """By part, each parameter's place as a vector."""
        return self.buffer[1]

    @property
    def shaped(self) -> Sequence[Sequence[torch.Tensor]]:
        """By part, each parameter's place in its shape."""
        return self.buffer[2]

    def __del__(self) -> None:
        self.pool.give(self.buffer)


class Pool:
    """Memory for points of one layout.

    To allocate tens of megabytes on a processor takes longer than to fill them, and to
    cut hundreds of views longer than to copy into them: a step of SAM takes all it
    needs from here. What three points need is kept, as much as a step holds at once.

    Args:
        parts: the parameters, by part.
    """

    KEPT = 3

    def __init__(self, parts: Sequence[Sequence[torch.Tensor]]) -> None:
        self.parts = parts
        self.free: list[tuple] = []

    def take(self) -> Flat:
        """Memory for one point, not set to anything."""
        return Flat(self, self.free.pop() if self.free else self._new())

    def give(self, buffer: tuple) -> None:
        """Takes it back."""
        if len(self.free) < self.KEPT:
            self.free.append(buffer)

    def _new(self) -> tuple[Any, Any, Any]:
        sizes = [[p.numel() for p in part] for part in self.parts]
        flats = [
            torch.empty(sum(n), dtype=part[0].dtype, device=part[0].device)
            for n, part in zip(sizes, self.parts, strict=True)
        ]
        vectors = [flat.split(n) for flat, n in zip(flats, sizes, strict=True)]
        pairs = zip(flats, self.parts, strict=True)
        return flats, vectors, [_nn.unflatten_dense_tensors(f, p) for f, p in pairs]
