r"""Pairs of runs on neighbouring data sets, thousands at once.

A neighbour differs from its data set in one sample, so that all of them share the rows
of a mini-batch: its outputs are one matrix product for every run, in which the few
entries are mended where a neighbour is shown its own sample. `theory.neighbours` keeps
every neighbour's data whole, which is simpler, and as slow as it is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.draw import tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.sample import Sample
from landscapes.scalar_loss import ScalarLoss
from landscapes.softmax_sum import Softmax, SoftmaxSum
from theory.iterate import iterate
from theory.method import Method, norm


def logistic_slope(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The loss's own slope, a tenth of the time: `expit` is slow on large arrays."""
    with np.errstate(over="ignore"):  # then it is 0
        return -y / (1 + np.exp(y * z))


@dataclass(frozen=True, eq=False)
class Swapped:
    r"""Linear models of D data sets, each with I neighbours.

    Neighbour 0 is the data set itself; neighbour j = 1, ..., I has its sample j - 1
    replaced. Points are `(D, I + 1, C, K d)`: C runs of each, K outputs.

    Args:
        X: rows `(D, n, d)`.
        y: targets `(D, n)`.
        new_X: the samples that replace the first I, `(D, I, d)`.
        new_y: their targets, `(D, I)`.
        loss: of one number (K = 1) or of K.
        ridge: r, of every sample.
        name: for messages.
    """

    X: np.ndarray
    y: np.ndarray
    new_X: np.ndarray
    new_y: np.ndarray
    loss: ScalarLoss | Softmax
    ridge: float = 0.0
    name: str = "swapped"

    @property
    def shape(self) -> tuple[int, int]:
        """D and I + 1."""
        sets, replaced = self.new_y.shape
        return sets, replaced + 1

    @property
    def n(self) -> int:
        """The number of samples of a data set."""
        return self.y.shape[1]

    @property
    def outputs(self) -> int:
        """K."""
        return getattr(self.loss, "outputs", 1)

    @property
    def dim(self) -> int:
        """K d."""
        return self.outputs * self.X.shape[-1]

    @property
    def slope(self) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """Of the loss, in its outputs."""
        logistic = self.loss.name == "logistic"
        return logistic_slope if logistic else self.loss.slope

    @cached_property
    def old(self) -> FiniteSum | SoftmaxSum:
        """The data sets."""
        return self.sum_over(self.X, self.y)

    @cached_property
    def new(self) -> FiniteSum | SoftmaxSum:
        """The samples that replace."""
        return self.sum_over(self.new_X, self.new_y)

    def sum_over(self, X: np.ndarray, y: np.ndarray) -> FiniteSum | SoftmaxSum:
        """The same loss of other samples."""
        kind = SoftmaxSum if isinstance(self.loss, Softmax) else FiniteSum
        return kind(X, y, self.loss, self.ridge)

    @property
    def smoothness(self) -> float:
        r"""$\beta$, the largest of a sample."""
        return float(max(f.sample_smoothness.max() for f in (self.old, self.new)))

    @cached_property
    def usual(self) -> float:
        """The root mean square length of a sample's gradient at the origin."""
        f, origin = self.old, np.zeros((len(self.X), self.dim))
        if isinstance(f, SoftmaxSum):
            squares = (f.loss.slope(f.outputs(origin), f.y) ** 2).sum(axis=-2)
        else:
            squares = f.loss.slope(f.predictions(origin), f.y) ** 2
        return float(np.sqrt((squares * (self.X**2).sum(axis=-1)).mean()))

    def check(self, x: np.ndarray) -> None:
        """Refuses points of another shape."""
        if x.shape[:2] != self.shape or x.shape[-1] != self.dim:
            raise ValueError(
                f"`{self.name}` takes points {self.shape} + (C, {self.dim}), got "
                f"{x.shape}."
            )

    def sample(self, order: np.ndarray, t: int = 0) -> Shown:
        """What a method sees of the samples `order`, `(D, b)`, without repetition."""
        return Shown(self, t, order=order)

    def losses(self, x: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        r"""$l$ of other samples, without the ridge: `(D, I + 1, C, m)`.

        Args:
            x: points.
            X: rows of each data set's own, `(D, m, d)`.
            y: targets, `(D, m)`.
        """
        D, J, C, _ = x.shape
        z = x.reshape(D, J * C * self.outputs, -1) @ np.ascontiguousarray(X.mT)
        z = z.reshape(D, J, C, self.outputs, -1)
        if isinstance(self.loss, Softmax):
            return self.loss.value(z, y[:, None, None])
        return self.loss.value(z[..., 0, :], y[:, None, None])

    def start(self, runs: int) -> np.ndarray:
        """The origin, `(D, I + 1, C, K d)`."""
        return np.zeros((*self.shape, runs, self.dim))

    def paths(
        self, method: Method, eta: Any, x: np.ndarray, orders: np.ndarray
    ) -> Iterator[np.ndarray]:
        """The points after 0, 1, ..., T steps.

        Args:
            method: gives the direction; its radius `(C, 1)` or a number.
            eta: learning rates, `(C, 1)` or a number.
            x: the start.
            orders: what is shown in each step, `(T, D, b)`.
        """
        last, whole = len(orders) - 1, orders.shape[2] == self.n
        everything = self.sample(orders[0]) if whole and method.steady else None

        def sample(t: int) -> Shown:
            return everything or self.sample(orders[min(t, last)], t)

        for state in iterate(self, method, x, eta, len(orders), sample=sample):
            yield state.x


@dataclass(frozen=True, eq=False)
class Shown(Sample):
    """The gradient of a mini-batch, on every data set and its neighbours.

    Args:
        landscape: the data.
        t: the step.
        order: which samples, `(D, b)`, none twice.
    """

    order: np.ndarray | None = None

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """At points `(D, I + 1, C, K d)`."""
        f = self.landscape
        (D, J, C, _), K, b = x.shape, f.outputs, self.order.shape[1]
        w = x.reshape(D, J * C * K, -1)
        z = (w @ self._columns).reshape(D, J * C, K, b)
        slope = f.slope(z, self._targets).reshape(D, J, C, K, b)
        g = slope.reshape(w.shape[:2] + (b,)) @ self._rows
        g = g.reshape(D, J, C, K, -1)
        self._mend(x, slope, g)
        return g.reshape(x.shape) / b + f.ridge * x

    def _mend(self, x: np.ndarray, slope: np.ndarray, g: np.ndarray) -> None:
        """Where a neighbour is shown its own sample, in place."""
        f, (D, i, k) = self.landscape, self._hits
        if not len(D):
            return
        (_, _, C, K), d = slope.shape[:4], g.shape[-1]
        j, new, old = i + 1, f.new_X[D, i], self._rows[D, k]
        z = x[D, j].reshape(len(D), C * K, d) @ new[..., None]
        s = f.slope(z.reshape(-1, C, K, 1), self._beside(f.new_y[D, i][:, None]))
        shown = slope[D, j, ..., k].reshape(len(D), C * K, 1)
        change = s.reshape(shown.shape) * new[:, None] - shown * old[:, None]
        # A pair (D, j) is hit once: no sample stands twice in a batch.
        g[D, j] += change.reshape(-1, C, K, d)

    def _beside(self, y: np.ndarray) -> np.ndarray:
        """Targets `(m, b)` beside outputs `(m, C, K, b)`."""
        y = y[:, None]
        return y if isinstance(self.landscape.loss, Softmax) else y[:, None]

    @cached_property
    def _rows(self) -> np.ndarray:
        """`(D, b, d)`."""
        return np.take_along_axis(self.landscape.X, self.order[..., None], axis=1)

    @cached_property
    def _columns(self) -> np.ndarray:
        """`(D, d, b)`, laid out so: BLAS takes a transposed view 100 times as long."""
        return np.ascontiguousarray(self._rows.mT)

    @cached_property
    def _targets(self) -> np.ndarray:
        return self._beside(np.take_along_axis(self.landscape.y, self.order, axis=1))

    @cached_property
    def _hits(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Data set, sample and place in the batch, of what neighbours have replaced."""
        D, k = np.nonzero(self.order < self.landscape.shape[1] - 1)
        return D, self.order[D, k], k


def orders(
    n: int, batch: int, sets: int, steps: int, rng: np.random.Generator
) -> np.ndarray:
    """What each data set shows in each step, `(T, D, b)`: `tau_nice` samples."""
    if batch == n:
        return np.broadcast_to(np.arange(n), (steps, sets, n))
    return tau_nice(n, batch, rng, (steps, sets))


def apart(x: np.ndarray) -> np.ndarray:
    r"""$\|w - w^{(i)}\|$ of points `(D, I + 1, C, P)`: `(D, I, C)`."""
    return norm(x[:, 1:] - x[:, :1])[..., 0]
