"""Least squares under a logarithm: smooth, bounded slopes, not convex."""

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from landscapes.synthetic import matrix, normal


def log_square(
    columns: int = 10, condition: float = 3.0, rows: int | None = None, seed: int = 0
) -> FiniteSum:
    r"""$\sum_i \log(1 + (Ax - b)_i^2)$, $L = 2\|A\|^2 = 2$ (attained where $Ax = b$).

    With as many rows as columns that point is the only critical one. With more there
    may be others, saddles too: `locate` gives the one minimum it finds, cheaply.

    Args:
        columns: d.
        condition: of A, whose largest singular value is 1.
        rows: of A; None is d.
        seed: of A and b.
    """
    n = columns if rows is None else rows
    A, b = matrix(n, columns, condition, seed), normal(n, seed)
    return FiniteSum(A, b, loss("log_square").times(n), name="log_square", reach=2.0)
