r"""Neighbouring data sets, which differ in one sample, and runs on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.data import classification
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import ScalarLoss
from theory.method import Method
from theory.runs import last


def neighbours(problem: FiniteSum, X: np.ndarray, y: np.ndarray) -> FiniteSum:
    """A data set and its n neighbours, sample i replaced by `(X[i], y[i])`.

    Args:
        problem: n samples; leading axes are runs of their own.
        X: rows `(..., n, d)`.
        y: targets `(..., n)`.

    Returns:
        Their sums as one landscape of leading axes `(n + 1, ...)`: the first is the
        problem itself, the next has its sample 0 replaced.
    """
    n = problem.n
    swap = np.eye(n + 1, n, -1, dtype=bool)
    swap = swap.reshape(n + 1, *[1] * (problem.y.ndim - 1), n)
    return replace(
        problem,
        X=np.where(swap[..., None], X, problem.X),
        y=np.where(swap, y, problem.y),
    )


@dataclass(frozen=True, eq=False)
class Neighbours:
    """A data set, the samples that replace its own one by one, and samples to test.

    Args:
        problem: n samples, X of shape `(n, d)`.
        new: n samples, sample i in place of its own.
        test: m samples z, whose losses are compared.
    """

    problem: FiniteSum
    new: FiniteSum
    test: FiniteSum

    @property
    def name(self) -> str:
        """Of the loss."""
        return self.problem.loss.name

    @property
    def lipschitz(self) -> float:
        r"""G: $\sup|l'|\max\|x_i\|$, twice it with a ridge, on the ball of a run.

        From 0, $\|w\| \le G/r$ for ever, so that the ridge adds at most G.
        """
        X = np.concatenate([self.problem.X, self.new.X])
        largest = self.problem.loss.lipschitz * np.linalg.norm(X, axis=1).max()
        return float(largest) * (2 if self.problem.ridge else 1)

    @property
    def smoothness(self) -> float:
        r"""$\beta = \max_i(\sup|l''|\,\|x_i\|^2 + r)$, of every sample."""
        both = (self.problem, self.new)
        return float(max(f.sample_smoothness.max() for f in both))

    def ends(
        self, method: Method, x: np.ndarray, schedule: Callable, order: np.ndarray
    ) -> np.ndarray:
        """Last points on the data set and on its neighbours, all with the same draws.

        Args:
            method: gives the direction.
            x: the start, `(d,)`.
            schedule: with the learning rate, as `iterate` takes it.
            order: the samples of each step, `(T, runs, b)`.

        Returns:
            Shape `(n + 1, runs, d)`.
        """
        sets = neighbours(self.problem, self.new.X, self.new.y)
        sets = replace(sets, X=sets.X[:, None], y=sets.y[:, None])
        x = np.broadcast_to(x, (sets.n + 1, order.shape[1], sets.dim))
        steps = len(order)

        def sample(t: int) -> Callable:
            return sets.sample(order[min(t, steps - 1)], t)

        run = {"sample": sample, "schedule": schedule}
        return last(sets, method, x, None, steps, **run).x

    def gaps(self, points: np.ndarray) -> np.ndarray:
        r"""$|f(w;z) - f(w^{(i)};z)|$ of `ends`, for every run, i and z.

        Its mean over the runs is at least the difference of the means, which defines
        $\varepsilon$, and the bounds' proofs bound it.

        Args:
            points: `(n + 1, runs, d)`.

        Returns:
            Shape `(runs, n, m)`.
        """
        losses = self.test.losses(points)
        return np.moveaxis(np.abs(losses[1:] - losses[:1]), 0, 1)


def every_order(n: int, steps: int) -> np.ndarray:
    """All $n^T$ sequences of draws, `(T, runs, 1)`: an expectation without error."""
    return np.indices((n,) * steps).reshape(steps, -1, 1)


def line(
    loss: ScalarLoss, y: Any, new_y: Any, test_y: Any, ridge: float = 0.0
) -> Neighbours:
    """Samples of one feature 1; the tests have no ridge."""

    def samples(targets: Any, ridge: float) -> FiniteSum:
        y = np.asarray(targets, dtype=float)
        return FiniteSum(np.ones((len(y), 1)), y, loss, ridge)

    return Neighbours(samples(y, ridge), samples(new_y, ridge), samples(test_y, 0.0))


def tumours(loss: ScalarLoss, n: int, tests: int = 20) -> Neighbours:
    """The first n tumours, the next n to replace them, and tests after these.

    The longest row has length 1.
    """
    X, y = classification("breast_cancer")
    X = X / np.linalg.norm(X, axis=1).max()
    ends = (0, n, 2 * n, 2 * n + tests)
    parts = zip(ends[:-1], ends[1:], strict=True)
    return Neighbours(*(FiniteSum(X[i:j], y[i:j], loss) for i, j in parts))
