"""Regression by log-cosh: convex, quadratic near the data, linear far away."""

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from landscapes.synthetic import twin


def log_cosh(
    rows: int = 20,
    columns: int = 5,
    condition: float = 10,
    ridge: float = 0.0,
    seed: int = 0,
) -> FiniteSum:
    r"""$\frac1n\sum_i \log\cosh(\langle x_i, w\rangle - y_i) + \frac r2\|w\|^2$.

    Args:
        rows: n.
        columns: d.
        condition: of $X^\top X/n$, whose largest eigenvalue is 1.
        ridge: r, at least 0.
        seed: of the random data.
    """
    X, y = twin(rows, columns, condition, seed)
    return FiniteSum(X, y, loss("log_cosh"), ridge, "log_cosh", reach=2.0)
