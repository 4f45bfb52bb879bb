"""Ridge regression on real data."""

from landscapes.data import regression
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss


def ridge_regression(
    data: str = "diabetes", ridge: float = 0.1, rows: int | None = None, **twin: float
) -> FiniteSum:
    r"""$\frac1n\sum_i \frac12(\langle x_i, w\rangle - y_i)^2 + \frac r2\|w\|^2$.

    No intercept: features and target have mean 0.

    Args:
        data: a name of `landscapes.data.TABLES`, or `synthetic`.
        ridge: r, at least 0.
        rows: only the first so many samples.
        **twin: `condition`, `columns`, `seed` of the synthetic data.

    Raises:
        ValueError: unknown data, negative ridge, or too many rows.
    """
    X, y = regression(data, rows, **twin)
    return FiniteSum(X, y, loss("square"), ridge, "ridge_regression")
