"""By how much a step exceeds a factor: the way to a violation that is hardly one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from theory.gram.data import Data, data
from theory.gram.matrices import Affine
from theory.gram.programme import Programme
from theory.gram.worst import Search

# How long a starting point may be beside the gradients (over beta).
REACH = 100.0
# What the solver's tolerance may leave of an excess that is 0.
NOTHING = 1e-8
# At how many places, by the number of parameters, a violation is looked for first: just
# above a limit there is one on a small part of an interval only.
TRIED = {0: 1, 1: 60, 2: 13}


@dataclass(frozen=True, eq=False)
class Excess:
    r"""The largest $\|w^+\|^2 - c^2\|w\|^2$, or $f(w^+) - cf(w)$, of bounded gradients.

    Just above a limit the worst ratio is 1 and hardly more, of points far away beside
    their gradients. With the squares of the gradients (over beta) and of w over
    `REACH` at most 1 in sum the excess is a number like any other. For methods that
    have no scale of their own.

    Args:
        made: the programme.
        mu: least curvature.
        beta: largest curvature.
        factor: c.
    """

    made: Programme
    mu: float
    beta: float
    factor: float = 1.0

    @cached_property
    def search(self) -> Search:
        """The programme, altered."""
        return Search(self.made, self.mu, self.beta, altered=self._altered)

    @cached_property
    def _scale(self) -> np.ndarray:
        basis = self.search.matrices.basis
        size = np.array([REACH if name == "w" else 1.0 for name in basis])
        return np.outer(size, size)

    def _altered(self, forms: Affine) -> Affine:
        matrix, vector = forms.matrix * self._scale, forms.vector.copy()
        c = self.factor if self.made.measure == "descent" else self.factor**2
        matrix[1] -= c * matrix[0]
        vector[1] -= c * vector[0]
        matrix[0], vector[0] = np.eye(len(self._scale)), 0
        return Affine(matrix, vector, forms.constant)

    def data(self) -> Iterator[Data]:
        """Violations: the first one found, then the largest."""
        dim = len(self.made.parameters)
        side = (np.arange(TRIED[dim]) + 0.5) / TRIED[dim]
        for shares in product(side, repeat=dim):
            found = self.search.at(np.array(shares))
            if found.solved and found.value > 100 * NOTHING:
                yield self._data(np.array(shares))
                break
        shares, _ = self.search.largest()
        if self.search.value(shares) > NOTHING:
            yield self._data(shares)

    def _data(self, shares: np.ndarray) -> Data:
        found, at = self.search.at(shares), self.search.parameters(shares)
        found = replace(found, G=found.G * self._scale)
        return data(self.search.matrices, found, at)
