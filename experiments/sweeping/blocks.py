"""Blocks of an array that are ranges in C order, and a stream cut to their sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

BLOCK = 2**17  # entries that are compressed together in the netCDF
PACKED = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


def block_shape(shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Whole axes from the last on, then a part of one: a range in C order."""
    block, room = [], most
    for side in reversed(shape):
        block.append(max(1, min(side, room)))
        room = room // side if block[-1] == side else 0
    return tuple(reversed(block))


def blocks(
    shape: tuple[int, ...], block: tuple[int, ...]
) -> Iterator[tuple[slice, ...]]:
    """The blocks of an array in C order."""
    counts = [-(-side // part) for side, part in zip(shape, block, strict=True)]
    for index in np.ndindex(*counts):
        yield tuple(
            slice(i * part, min((i + 1) * part, side))
            for i, part, side in zip(index, block, shape, strict=True)
        )


def resized(chunks: Iterable[np.ndarray], sizes: list[int]) -> Iterator[np.ndarray]:
    """The same runs in pieces of other sizes."""
    waiting, parts = iter(chunks), []
    for size in sizes:
        while sum(map(len, parts)) < size:
            parts.append(next(waiting))
        together = np.concatenate(parts)
        parts = [together[size:]]
        yield together[:size]
