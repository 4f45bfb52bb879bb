"""Huber regression with a ridge: strongly convex, its Hessian jumps."""

from landscapes.data import regression
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss


def huber_ridge(
    data: str = "synthetic",
    ridge: float = 0.1,
    delta: float = 1.0,
    rows: int | None = None,
    **twin: float,
) -> FiniteSum:
    r"""$\frac1n\sum_i h_\delta(\langle x_i, w\rangle - y_i) + \frac r2\|w\|^2$.

    $h_\delta(u) = u^2/2$ for $|u| \le \delta$, $\delta|u| - \delta^2/2$ beyond.

    Args:
        data: `synthetic` (by default six samples in three dimensions) or a name of
            `landscapes.data.TABLES`.
        ridge: r, at least 0.
        delta: where the loss turns linear, positive.
        rows: only the first so many samples.
        **twin: `condition`, `columns`, `seed` of the synthetic data.

    Raises:
        ValueError: unknown data, delta not positive, negative ridge, too many rows.
    """
    if not 0 < delta < float("inf"):
        raise ValueError(f"`huber_ridge` takes a delta > 0, got {delta}.")
    if data == "synthetic":
        rows, twin = rows or 6, {"columns": 3, **twin}
    X, y = regression(data, rows, **twin)
    # h_delta(u) = delta^2 h_1(u / delta)
    h = loss("huber").times(delta**2)
    return FiniteSum(X / delta, y / delta, h, ridge, "huber_ridge", reach=2.0)
