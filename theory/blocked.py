"""The batch engine in NumPy: blocks that fit the cache, finished runs dropped."""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.job import Job, Progress, step
from theory.tree import leaves, map_leaves, rebuild

BLOCK = 16384  # runs; a dozen arrays of this length stay in the second-level cache
CHUNK = 20  # steps between two looks for finished runs


def advance(job: Job, progress: Progress, steps: int) -> Progress:
    """`steps` frozen steps of every run."""
    out = [np.array(leaf) for leaf in leaves(progress)]
    # Overflow is how divergence looks; the verdict names it.
    with np.errstate(all="ignore"):
        for start in range(0, len(out[0]), BLOCK):
            chosen = np.arange(start, min(start + BLOCK, len(out[0])))
            _advance_block(job, progress, chosen, steps, out)
    return rebuild(progress, out)


def _advance_block(
    job: Job, progress: Progress, chosen: np.ndarray, steps: int, out: list
) -> None:
    part_job, part = take(job, chosen), take(progress, chosen)
    for done in range(0, steps, CHUNK):
        for _ in range(min(CHUNK, steps - done)):
            part, _, _ = step(part_job, part)
        inside = np.asarray(part_job.inside(part.x)).reshape(-1)
        if inside.mean() < 0.9:
            _store(out, chosen, part)
            if not inside.any():
                return
            chosen, keep = chosen[inside], np.flatnonzero(inside)
            part_job, part = take(part_job, keep), take(part, keep)
    _store(out, chosen, part)


def take(tree: Any, chosen: np.ndarray) -> Any:
    """Some runs of a tree whose leaves have the runs along axis 0."""
    return map_leaves(lambda leaf: leaf[chosen], tree)


def _store(out: list, chosen: np.ndarray, part: Progress) -> None:
    for target, leaf in zip(out, leaves(part), strict=True):
        target[chosen] = leaf
