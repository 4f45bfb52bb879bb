"""Runs as bytes: compressed, with a checksum, the same on every machine."""

from __future__ import annotations

import zlib

import numpy as np

# A run as it is kept; every number has its own byte order on all machines.
RUN = np.dtype(
    [("verdict", "<i1"), ("place", "<i2"), ("period", "<i1"), ("steps", "<i4")]
)


def encode(runs: np.ndarray) -> bytes:
    """Compressed, column by column, with a checksum."""
    return zlib.compress(b"".join(runs[name].tobytes() for name in RUN.names), 1)


def decode(content: bytes) -> np.ndarray:
    """The runs again.

    Raises:
        ValueError: the bytes are damaged.
    """
    try:
        flat = zlib.decompress(content)
    except zlib.error as error:
        raise ValueError("a chunk is damaged.") from error
    runs, at = np.empty(len(flat) // RUN.itemsize, RUN), 0
    for name in RUN.names:
        size = len(runs) * RUN[name].itemsize
        runs[name] = np.frombuffer(flat, RUN[name], len(runs), at)
        at += size
    return runs
