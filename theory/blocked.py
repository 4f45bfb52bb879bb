"""The batch engine in NumPy: blocks that fit the cache, finished runs dropped."""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.job import Job, Progress, turn
from theory.tree import leaves, map_leaves, rebuild

BLOCK = 16384  # runs; a dozen arrays of this length stay in the second-level cache
CHUNK = 16  # steps between two looks for finished runs


def advance(job: Job, progress: Progress, steps: int) -> Progress:
    """`steps` frozen steps of every run, a multiple of `job.every`."""
    out, end = [np.array(leaf) for leaf in leaves(progress)], progress
    # Overflow is how divergence looks; the verdict names it.
    with np.errstate(all="ignore"):
        for start in range(0, len(out[0]), BLOCK):
            chosen = np.arange(start, min(start + BLOCK, len(out[0])))
            end = _advance_block(job, progress, chosen, steps, out) or end
    return rebuild(end, out)


def _advance_block(
    job: Job, progress: Progress, chosen: np.ndarray, steps: int, out: list
) -> Progress | None:
    """Writes the runs to `out`; returns the last ones, None where all had finished.

    What is no leaf (the phase of a method that is periodic) is theirs.
    """
    part_job, part = take(job, chosen), take(progress, chosen)
    for done in range(0, steps, CHUNK):
        before = part.steps
        for _ in range(0, min(CHUNK, steps - done), job.every):
            part = turn(part_job, part)
        runs = (part.steps > before).reshape(-1)
        if runs.mean() < 0.9:
            _store(out, chosen, part)
            if not runs.any():
                return None
            chosen, keep = chosen[runs], np.flatnonzero(runs)
            part_job, part = take(part_job, keep), take(part, keep)
    _store(out, chosen, part)
    return part


def take(tree: Any, chosen: np.ndarray) -> Any:
    """Some runs of a tree whose leaves have the runs along axis 0."""
    return map_leaves(lambda leaf: leaf[chosen], tree)


def _store(out: list, chosen: np.ndarray, part: Progress) -> None:
    for target, leaf in zip(out, leaves(part), strict=True):
        target[chosen] = leaf
