"""By how much a step exceeds a factor: the way to a violation that is hardly one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from theory.certify import Data, _Search
from theory.gram.matrices import Affine
from theory.gram.solve import Solution, solve
from theory.gram.sweep import COARSE

# How long a starting point may be beside the gradients (over beta).
REACH = 100.0
# What the solver's tolerance may leave of an excess that is 0.
NOTHING = 1e-8


@dataclass(frozen=True, eq=False)
class Excess(_Search):
    r"""The largest $\|w^+\|^2 - c^2\|w\|^2$, or $f(w^+) - cf(w)$, of bounded gradients.

    Just above a limit the worst ratio is 1 and hardly more, of points far away beside
    their gradients. With the squares of the gradients (over beta) and of w over
    `REACH` at most 1 in sum the excess is a number like any other. For methods that
    have no scale of their own.

    Args:
        factor: c.
    """

    factor: float = 1.0

    def at(self, shares: np.ndarray) -> Solution:
        """The programme with its parameters fixed."""
        forms = self.matrices.at(**self.parameters(shares))
        size = np.array([REACH if n == "w" else 1.0 for n in self.matrices.basis])
        scale = np.outer(size, size)
        matrix, vector = forms.matrix * scale, forms.vector.copy()
        c = self.factor if self.made.measure == "descent" else self.factor**2
        matrix[1] -= c * matrix[0]
        vector[1] -= c * vector[0]
        matrix[0], vector[0] = np.eye(len(size)), 0
        bounded = Affine(matrix, vector, forms.constant)
        found = solve(bounded, len(self.made.inequalities))
        return replace(found, G=found.G * scale)

    def data(self) -> Iterator[Data]:
        """Violations: the first one found, then the largest."""
        grid = product(COARSE, repeat=len(self.made.parameters))
        for shares in map(np.array, grid):
            found = self.at(shares)
            if found.solved and found.value > 100 * NOTHING:
                yield self._data(found, self.parameters(shares))
                break
        most = self.run()
        if most.value > NOTHING:
            yield most.worst

    def _ratio(self, value: float) -> float:
        return value
