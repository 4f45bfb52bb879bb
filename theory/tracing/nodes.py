"""Nodes: the labels of a square grid that are known so far, each asked for once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

UNSEEN = -1
MOST = np.iinfo(np.int16).max  # the largest label
PART = 1 << 21  # nodes looked at together: what is copied stays in the cache


class Nodes:
    """A grid of `size` x `size` nodes; labels come from a function, within a budget.

    A cell is `(i, j)` and a width s: the nodes from `(i, j)` to `(i + s, j + s)`, both
    included, cut off at the last node. A cell is mixed when two known labels in it
    differ.

    Args:
        label: maps indices i, j, shape `(n,)`, to labels `(n,)`, whole numbers >= 0.
        size: nodes along each axis.
        budget: the most labels to ask for.
    """

    def __init__(self, label: Callable, size: int, budget: int) -> None:
        self.label, self.size, self.budget = label, size, budget
        self.seen = np.full((size, size), UNSEEN, dtype=np.int16)
        self.asked = 0

    @property
    def left(self) -> int:
        """How many labels the budget still allows."""
        return self.budget - self.asked

    def unknown(self, nodes: np.ndarray) -> np.ndarray:
        """Those of the nodes `(n, 2)` that are not known, each once, sorted."""
        i, j = nodes[self.seen[nodes[:, 0], nodes[:, 1]] == UNSEEN].T
        flat = np.unique(i * self.size + j)
        return np.stack(np.divmod(flat, self.size), axis=-1)

    def ask(self, nodes: np.ndarray) -> None:
        """Learns the labels of the nodes `(n, 2)`; the caller minds the budget.

        Raises:
            ValueError: what the function returns are no labels.
        """
        i, j = self.unknown(nodes).T
        if not len(i):
            return
        found = np.asarray(self.label(i, j))
        whole = found.shape == i.shape and np.issubdtype(found.dtype, np.integer)
        if not whole or found.min() < 0 or found.max() > MOST:
            raise ValueError(
                f"`label` returns whole numbers from 0 to {MOST} of shape {i.shape}, "
                f"got {found.dtype} of shape {found.shape}."
            )
        self.seen[i, j] = found
        self.asked += len(i)

    def corners(self, cells: np.ndarray, width: int) -> np.ndarray:
        """The four corners of every cell, `(n, 4, 2)`: along j first."""
        ends = np.array([(0, 0), (0, width), (width, 0), (width, width)])
        return np.minimum(cells[:, None] + ends, self.size - 1)

    def inside(self, cells: np.ndarray) -> np.ndarray:
        """Those of the cells that lie in the grid."""
        return cells[((cells >= 0) & (cells < self.size - 1)).all(axis=-1)]

    def children(self, cells: np.ndarray, width: int) -> np.ndarray:
        """The cells of half the width that the cells consist of."""
        ends = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * (width // 2)
        return self.inside((cells[:, None] + ends).reshape(-1, 2))

    def extremes(self, cells: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
        """The least and the largest known label in every cell, `(n,)` each."""
        low, high = np.empty((2, len(cells)), dtype=np.int16)
        reach, many = np.arange(width + 1), max(1, PART // (width + 1) ** 2)
        for start in range(0, len(cells), many):
            part = slice(start, start + many)
            nodes = np.minimum(cells[part, :, None] + reach, self.size - 1)
            found = self.seen[nodes[:, 0, :, None], nodes[:, 1, None, :]]
            high[part] = found.max(axis=(1, 2))
            low[part] = np.where(found == UNSEEN, MOST, found).min(axis=(1, 2))
        return low, high

    def mixed(self, cells: np.ndarray, width: int) -> np.ndarray:
        """Those of the cells in which two known labels differ."""
        low, high = self.extremes(cells, width)
        return cells[low < high]
