"""Softmax regression: the mean cross-entropy of linear outputs over data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch, choose, samples


@dataclass(frozen=True, eq=False)
class Softmax:
    r"""Cross-entropy $l(z, y) = \log\sum_k e^{z_k} - z_y$ of K outputs.

    Outputs stand along the last axis but one, beside labels along the last. As a
    function of z it is convex, its gradient $p - e_y$ at most $\sqrt2$ long (attained
    as $p \to e_k$, $k \ne y$), its curvature at most 1/2 (attained by two outputs).

    Args:
        outputs: K, at least 2.
    """

    outputs: int

    name = "softmax"
    convex = True
    lipschitz = 2**0.5
    curvatures = (0.0, 0.5)

    def value(self, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The losses, of outputs `(..., K, n)` and labels `(..., n)`: `(..., n)`."""
        top = z.max(axis=-2, keepdims=True)
        total = np.log(np.exp(z - top).sum(axis=-2))
        return total - ((z - top) * self._hot(y)).sum(axis=-2)

    def slope(self, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """$p - e_y$, of the shape of z."""
        p = self.shares(z)
        p -= self._hot(y)
        return p

    def shares(self, z: np.ndarray) -> np.ndarray:
        r"""$p_k = e^{z_k}/\sum_j e^{z_j}$."""
        p = z - z.max(axis=-2, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=-2, keepdims=True)
        return p

    def _hot(self, y: np.ndarray) -> np.ndarray:
        """Unit vectors, `(..., K, n)`."""
        return (y[..., None, :] == np.arange(self.outputs)[:, None]).astype(float)


@dataclass(frozen=True, eq=False)
class SoftmaxSum(Landscape):
    r"""$f(W) = \frac1n\sum_i l(W x_i, y_i) + \frac r2\|W\|^2$, W flat, row by row.

    Leading axes of X and y belong to the batch of points, as in `FiniteSum`.

    Args:
        X: the rows $x_i$, `(..., n, d)`.
        y: labels 0, ..., K - 1, `(..., n)`.
        loss: with its number of outputs K.
        ridge: r, at least 0.
        name: for messages.

    Raises:
        ValueError: shapes do not match, labels are out of range, or r is.
    """

    X: np.ndarray
    y: np.ndarray
    loss: Softmax
    ridge: float = 0.0
    name: str = "softmax_sum"

    kinds = ("numpy",)
    batched = ()

    def __post_init__(self) -> None:
        X, y, K = self.X, self.y, self.loss.outputs
        if X.ndim < 2 or X.shape[:-1] != y.shape or not X.size:
            raise ValueError(
                f"`{self.name}` takes rows (..., n, d) and labels (..., n), got "
                f"{X.shape} and {y.shape}."
            )
        if K < 2 or not np.isin(y, np.arange(K)).all():
            raise ValueError(f"`{self.name}` takes labels 0 to {K - 1}, at least two.")
        if not 0 <= self.ridge < np.inf:
            raise ValueError(f"`{self.name}` takes ridge >= 0, got {self.ridge}.")

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.X.shape[-2]

    @property
    def dim(self) -> int:
        """K times the number of features."""
        return self.loss.outputs * self.X.shape[-1]

    @property
    def start(self) -> tuple[float, ...]:
        """The origin."""
        return (0.0,) * self.dim

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """One to each side of the origin."""
        return ((-1.0, 1.0),) * self.dim

    @property
    def sample_smoothness(self) -> np.ndarray:
        r"""$L_i = \|x_i\|^2/2 + r$, shape `(..., n)`."""
        return self.loss.curvatures[1] * (self.X**2).sum(-1) + self.ridge

    @property
    def constants(self) -> dict[str, float]:
        """`mu` and `beta` of f, bounds, and `beta_max`, the samples' largest."""
        lam = np.linalg.eigvalsh(self.X.mT @ self.X / self.n).max()
        known = {"mu": self.ridge, "beta": lam / 2 + self.ridge}
        known["beta_max"] = self.sample_smoothness.max()
        return {name: float(value) for name, value in known.items()}

    def outputs(self, w: np.ndarray) -> np.ndarray:
        r"""$W x_i$, shape `(..., K, n)`."""
        self.check(w)
        return w.reshape(*w.shape[:-1], self.loss.outputs, -1) @ self.X.mT

    def losses(self, w: np.ndarray) -> np.ndarray:
        r"""$f_i(w)$, shape `(..., n)`."""
        penalty = self.ridge / 2 * (w * w).sum(-1)
        return self.loss.value(self.outputs(w), self.y) + penalty[..., None]

    def value(self, w: np.ndarray) -> np.ndarray:
        """The mean of the losses, shape `(...)`."""
        return self.losses(w).mean(-1)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        r"""$\frac1n\sum_i (p_i - e_{y_i}) x_i^\top + r W$, flat."""
        return self._backward(self.loss.slope(self.outputs(w), self.y), w)

    def _backward(self, slope: np.ndarray, w: np.ndarray) -> np.ndarray:
        """The mean outer product with the rows, and the ridge's pull."""
        found = slope @ self.X / self.n
        return found.reshape(*found.shape[:-2], self.dim) + self.ridge * w

    def hvp(self, w: np.ndarray, v: np.ndarray) -> np.ndarray:
        r"""$\frac1n\sum_i (\mathrm{diag}\,p - pp^\top) V x_i x_i^\top + r V$."""
        p, u = self.loss.shares(self.outputs(w)), self.outputs(v)
        return self._backward(p * (u - (p * u).sum(-2, keepdims=True)), v)

    def restrict(self, indices: Any) -> SoftmaxSum:
        """The sum over some samples, `(b,)` or those of each run its own."""
        idx = samples(indices, self.n, self.name)
        return replace(self, X=choose(self.X, idx, -2), y=choose(self.y, idx, -1))

    def sample(self, indices: Any, t: int = 0, seed: Any = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch.of(self, self.restrict(indices), indices, t, seed)

    def locate(self) -> np.ndarray:
        """No critical point is known."""
        return np.empty((0, self.dim))
