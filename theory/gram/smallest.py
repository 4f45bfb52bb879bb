"""Of all worst cases the smallest, which tends to be in the fewest dimensions."""

from __future__ import annotations

import numpy as np

from theory.gram.matrices import Affine
from theory.gram.solve import Solution, solve

# What of the value is given away for it: more than the solver's tolerance.
SPARED = 1e-6


def smallest(
    forms: Affine, inequalities: int, value: float, most: bool = False
) -> Solution:
    """The least trace of the Gram matrix, of what attains the value but for a little.

    Args:
        forms: initial, final, the inequalities, the equalities.
        inequalities: how many they are.
        value: of `final`, that was found to be the largest.
        most: as of `solve`.
    """
    last, least = 2 + inequalities, value - SPARED * max(1.0, abs(value))
    parts = (forms.matrix, forms.vector, forms.constant)
    matrix, vector, constant = (
        np.concatenate([part[:last], part[1:2], part[last:]]) for part in parts
    )
    constant[last] -= least  # final is at least this
    matrix[1], vector[1] = -np.eye(matrix.shape[1]), 0
    return solve(Affine(matrix, vector, constant), inequalities + 1, most)
