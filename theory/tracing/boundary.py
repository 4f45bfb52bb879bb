"""Boundary: the cells between different labels, and what is known beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.tracing.nodes import UNSEEN


@dataclass(frozen=True, eq=False)
class Boundary:
    r"""What `follow` found.

    Args:
        size: nodes along each axis.
        coarse: width of the cells it began with.
        samples: random nodes it looked at, n.
        asked: labels it asked for, everything included.
        budget: the most it was allowed.
        seen: labels of the nodes, `(size, size)`; -1 where it did not ask.
        cells: `(k, 3)`: the corner (i, j) of least indices and the width of each cell
            in which labels differ, sorted. A width of 1 is a cell of neighbouring
            nodes; a wider one is where the budget ended: the boundary runs somewhere
            inside.
        pairs: `(k, 2)`: the least and the largest label known in each cell.
        unfollowed: cells of width 1 into which the boundary goes on, but which there
            was no budget left to look at.
    """

    size: int
    coarse: int
    samples: int
    asked: int
    budget: int
    seen: np.ndarray
    cells: np.ndarray
    pairs: np.ndarray
    unfollowed: int

    @property
    def widest(self) -> int:
        """Width of the widest cell: the resolution reached everywhere."""
        return int(self.cells[:, 2].max(initial=1))

    @property
    def complete(self) -> bool:
        """Whether the budget sufficed for single cells everywhere."""
        return self.widest == 1 and not self.unfollowed

    def resolution(self) -> np.ndarray:
        """The widest boundary cell in each coarse cell, 0 where there is none."""
        count = -(-(self.size - 1) // self.coarse)
        found = np.zeros((count, count), dtype=np.int16)
        i, j, width = self.cells.T
        np.maximum.at(found, (i // self.coarse, j // self.coarse), width)
        return found

    def missed(self, area: float) -> float:
        r"""The chance that an island of some share of the plane was not seen, at most.

        Of every block of `coarse` x `coarse` nodes m were drawn, independently. An
        island that takes the share $a_c$ of block c is hit by none of them with
        probability $\prod_c (1 - a_c)^m \le (1 - a)^n$ (the logarithm is concave),
        $n$ the number of all samples: whatever its shape, wherever it lies. An island
        that contains a square of `coarse` x `coarse` nodes is seen for sure. Seen is
        an island that differs from some label known in the same coarse cell.

        Args:
            area: nodes of the island over all nodes.
        """
        return float((1 - area) ** self.samples)

    def filled(self, stride: int = 1) -> np.ndarray:
        """Labels at every `stride`-th node, known or as its uniform cell says.

        Inside a cell that was not refined for want of budget it is a guess.

        Args:
            stride: a power of two, at most `coarse`.
        """
        width = self.coarse
        found = self.seen[::width, ::width]
        while width > stride:
            width //= 2
            known = self.seen[::width, ::width]
            rough = found.repeat(2, axis=0).repeat(2, axis=1)
            rough = rough[: known.shape[0], : known.shape[1]]
            found = np.where(known == UNSEEN, rough, known)
        return found
