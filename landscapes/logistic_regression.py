"""Logistic regression on real data."""

from landscapes.data import classification
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss


def logistic_regression(
    data: str = "breast_cancer",
    ridge: float = 0.01,
    rows: int | None = None,
    **twin: float,
) -> FiniteSum:
    r"""$\frac1n\sum_i \log(1 + e^{-y_i\langle x_i, w\rangle}) + \frac r2\|w\|^2$.

    Classes are $y_i = \pm1$; no intercept: the features have mean 0.

    Args:
        data: `breast_cancer` (benign +1), `wine` (the first class +1), `digits` (even
            +1) or `synthetic`.
        ridge: r, at least 0.
        rows: only the first so many samples.
        **twin: `condition`, `columns`, `seed` of the synthetic data.

    Raises:
        ValueError: unknown data, negative ridge, or too many rows.
    """
    X, y = classification(data, rows, **twin)
    return FiniteSum(X, y, loss("logistic"), ridge, "logistic_regression")
