"""Runs as bytes: compressed, with a checksum, the same on every machine."""

from __future__ import annotations

import zlib

import numpy as np


def encode(runs: np.ndarray) -> bytes:
    """Compressed, column by column, with a checksum."""
    return zlib.compress(b"".join(runs[name].tobytes() for name in runs.dtype.names), 1)


def decode(content: bytes, run: np.dtype) -> np.ndarray:
    """The runs again.

    Args:
        content: from `encode`.
        run: their columns.

    Raises:
        ValueError: the bytes are damaged.
    """
    try:
        flat = zlib.decompress(content)
    except zlib.error as error:
        raise ValueError("a chunk is damaged.") from error
    runs, at = np.empty(len(flat) // run.itemsize, run), 0
    for name in run.names:
        size = len(runs) * run[name].itemsize
        runs[name] = np.frombuffer(flat, run[name], len(runs), at)
        at += size
    return runs
