"""Points, gradients and values with given inner products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.gram.matrices import Matrices
from theory.gram.polynomial import as_polynomial
from theory.gram.solve import Solution
from theory.gram.vector import Vector

# Of inner products, each over the lengths of its vectors: eigenvalues below this share
# are rounding.
FLAT = 1e-7


@dataclass(frozen=True, eq=False)
class Data:
    """Points with gradients and values that some f of the class passes through.

    Args:
        points: shape `(k, d)`; with a minimiser it is the first, the origin.
        gradients: shape `(k, d)`.
        values: shape `(k,)`.
    """

    points: np.ndarray
    gradients: np.ndarray
    values: np.ndarray


def data(matrices: Matrices, found: Solution, at: dict[str, float]) -> Data:
    """Vectors with the inner products found, in the fewest dimensions.

    Args:
        matrices: of the programme.
        found: its solution.
        at: the parameters it was solved at.
    """
    length = np.sqrt(np.maximum(found.G.diagonal(), 0.0))
    over = np.where(length > 0, length, 1.0)
    size, turn = np.linalg.eigh(found.G / over / over[:, None])
    kept = size > FLAT * max(size.max(), 0.0)
    root = over[:, None] * (turn * np.sqrt(np.maximum(size, 0)))[:, kept][:, ::-1]
    rows = zip(matrices.basis, root, strict=True)
    basis = {name: row * matrices.unit(name) for name, row in rows}
    values = dict(zip(matrices.values, found.F, strict=True))

    def place(v: Vector) -> np.ndarray:
        parts = (as_polynomial(c)(**at) * basis[n] for n, c in v.terms.items())
        return sum(parts, start=np.zeros(kept.sum()))

    def height(terms: dict) -> float:
        """0 where only differences count."""
        return sum(values.get(n, 0.0) * matrices.unit(n) for n in terms)

    points = matrices.programme.points
    return Data(
        np.array([place(p.x) for p in points]),
        np.array([place(p.g) for p in points]),
        np.array([height(p.f.terms) for p in points]),
    )
