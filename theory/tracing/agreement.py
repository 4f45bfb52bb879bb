"""A traced boundary beside the labels of every node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from theory.tracing.boundary import Boundary


@dataclass(frozen=True)
class Agreement:
    """What tracing found of what the whole grid shows, in cells of width 1.

    Args:
        cells: boundary cells of the grid.
        found: those traced by themselves.
        unresolved: those inside a wider traced cell.
        missed: the others.
        invented: traced ones that are none.
        islands: patches of nodes that are connected and have another label than the
            trace says, outside wider cells.
        area: their share of all nodes.
        largest: the share of the largest of them.
    """

    cells: int
    found: int
    unresolved: int
    missed: int
    invented: int
    islands: int
    area: float
    largest: float


def borders(labels: np.ndarray) -> np.ndarray:
    """Whether the four corners of each cell differ, `(n - 1, n - 1)`."""
    a, b = labels[:-1, :-1], labels[:-1, 1:]
    c, d = labels[1:, :-1], labels[1:, 1:]
    return (a != b) | (a != c) | (a != d)


def agreement(boundary: Boundary, labels: np.ndarray) -> Agreement:
    """Compares a trace with the labels of all nodes, `(size, size)`."""
    true, count = borders(labels), boundary.size - 1
    single, wide = np.zeros((2, count, count), dtype=bool)
    i, j, width = boundary.cells.T
    single[i[width == 1], j[width == 1]] = True
    loose = np.zeros(labels.shape, dtype=bool)
    for a, b, reach in boundary.cells[width > 1]:
        wide[a : a + reach, b : b + reach] = True
        loose[a : a + reach + 1, b : b + reach + 1] = True
    wrong = (boundary.filled() != labels) & ~loose
    patches, islands = ndimage.label(wrong, structure=np.ones((3, 3)))
    sizes = np.bincount(patches.reshape(-1))[1:]
    return Agreement(
        cells=int(true.sum()),
        found=int((true & single).sum()),
        unresolved=int((true & wide & ~single).sum()),
        missed=int((true & ~wide & ~single).sum()),
        invented=int((single & ~true).sum()),
        islands=islands,
        area=float(wrong.mean()),
        largest=float(sizes.max(initial=0) / labels.size),
    )
