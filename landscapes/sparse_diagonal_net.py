"""A diagonal linear network that regresses on a sparse signal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.finite_sum import FiniteSum
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch
from landscapes.scalar_loss import loss


@dataclass(frozen=True, eq=False)
class SparseDiagonalNet(Landscape):
    r"""$f(u, v) = F(\beta)$ with $\beta = u \odot u - v \odot v$, $F$ least squares.

    A point is u and then v, each `(d,)`. The minima are a manifold, of which gradient
    flow from small weights finds nearly the sparsest; no critical point is declared
    (the origin is one of many saddles).

    Args:
        regression: $F$, the mean of $(\langle x_i, \beta\rangle - y_i)^2/2$ over n.
    """

    regression: FiniteSum

    name = "sparse_diagonal_net"
    kinds = ("numpy", "torch")
    batched = ()
    constants = {}

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.regression.n

    @property
    def dim(self) -> int:
        """2 d."""
        return 2 * self.regression.dim

    @property
    def start(self) -> tuple[float, ...]:
        """All u = 0.1 and all v = 0, which stay 0."""
        d = self.regression.dim
        return (0.1,) * d + (0.0,) * d

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Two units to each side."""
        return ((-2, 2),) * self.dim

    def beta(self, x: Any) -> Any:
        r"""$u \odot u - v \odot v$, shape `(..., d)`."""
        self.check(x)
        return self._forward(x, x)

    def _forward(self, x: Any, v: Any) -> Any:
        r"""Half of $\beta$'s derivative at x along v, shape `(..., d)`."""
        d = self.regression.dim
        product = x * v
        return product[..., :d] - product[..., d:]

    def _backward(self, x: Any, s: Any) -> Any:
        r"""$2(u \odot s, -v \odot s)$, shape `(..., 2 d)`."""
        signs = like(np.array([[2.0], [-2.0]]), x)
        pair = x.reshape(*x.shape[:-1], 2, self.regression.dim)
        return (signs * s[..., None, :] * pair).reshape(x.shape)

    def losses(self, x: Any) -> Any:
        r"""$(\langle x_i, \beta\rangle - y_i)^2/2$, shape `(..., n)`."""
        return self.regression.losses(self.beta(x))

    def value(self, x: Any) -> Any:
        """The mean of the losses, shape `(...)`."""
        return self.regression.value(self.beta(x))

    def gradient(self, x: Any) -> Any:
        r"""$2(u \odot s, -v \odot s)$, $s = \nabla F(\beta)$."""
        return self._backward(x, self.regression.gradient(self.beta(x)))

    def hvp(self, x: Any, v: Any) -> Any:
        """The derivative of the gradient along v, by the product rule."""
        beta, moved = self.beta(x), 2 * self._forward(x, v)
        curved = self._backward(x, self.regression.hvp(beta, moved))
        return curved + self._backward(v, self.regression.gradient(beta))

    def restrict(self, indices: Any) -> SparseDiagonalNet:
        """The net on some samples.

        Args:
            indices: integers, shape `(b,)` for all runs or `(..., b)`.
        """
        return replace(self, regression=self.regression.restrict(indices))

    def sample(self, indices: Any, t: int = 0, seed: Any = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch.of(self, self.restrict(indices), indices, t, seed)

    def locate(self) -> np.ndarray:
        """None."""
        return np.empty((0, self.dim))


def sparse_diagonal_net(
    n: int = 20, d: int = 30, nonzero: int = 3, seed: int = 0
) -> SparseDiagonalNet:
    r"""Gaussian inputs, targets $X\beta^*$, $\beta^*$ one in its first coordinates.

    The sizes of Andriushchenko and Flammarion, arXiv 2206.06232 (L27): n = 20, d = 30,
    3-sparse. That $\beta^* \ge 0$, as v = 0 at the start demands, is our choice.

    Args:
        n: samples.
        d: coordinates of $\beta$.
        nonzero: how many of $\beta^*$ are one.
        seed: of the inputs.

    Raises:
        ValueError: not 1 <= nonzero <= d, or n < 1.
    """
    if not 1 <= nonzero <= d or n < 1:
        raise ValueError(
            "`sparse_diagonal_net` takes 1 <= nonzero <= d and n >= 1, got "
            f"nonzero = {nonzero}, d = {d}, n = {n}."
        )
    X = np.random.default_rng(seed).normal(size=(n, d))
    y = X[:, :nonzero].sum(axis=1)
    return SparseDiagonalNet(FiniteSum(X, y, loss("square")))
