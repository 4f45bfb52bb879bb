"""Counts of the verdicts in every cell of the grid, made as the runs are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.sweeping.blocks import BLOCK, PACKED, block_shape
from experiments.sweeping.kind import Watching
from theory.verdict import Verdict

if TYPE_CHECKING:
    from experiments.sweeping.job import Sweep


def counting(nc: Any, job: Sweep) -> Watching:
    """Writes `counts` `(rho, eta, verdict)`, a cell when its last run was seen."""
    cells, inner = job.shape[:2], job.shape[2:]
    counts = nc.create_variable(
        "counts", ("rho", "eta", "verdict"), "<i8",
        chunks=(*block_shape(cells, BLOCK // len(Verdict)), len(Verdict)), **PACKED,
    )  # fmt: skip
    open_cell = np.zeros(len(Verdict), np.int64)  # of which more runs will come

    def count(where: tuple[slice, ...], runs: np.ndarray) -> None:
        nonlocal open_cell
        sides = [s.stop - s.start for s in where[:2]]
        held = counted(runs["verdict"], sides[0] * sides[1])
        held[0] += open_cell  # nothing, unless a cell is larger than a block
        whole = all(s.stop == n for s, n in zip(where[2:], inner, strict=True))
        open_cell = np.zeros_like(open_cell) if whole else held[0]
        if whole:
            counts[where[:2]] = held.reshape(*sides, len(Verdict))

    return count


def counted(verdicts: np.ndarray, cells: int) -> np.ndarray:
    """`(cell, verdict)` of runs in order."""
    cell = np.repeat(np.arange(cells), len(verdicts) // cells)
    code = cell * len(Verdict) + verdicts
    return np.bincount(code, minlength=cells * len(Verdict)).reshape(cells, -1)
