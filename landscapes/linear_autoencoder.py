"""A linear autoencoder of real images: a strict saddle made of data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.arrays import like, stack
from landscapes.data import digits
from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class LinearAutoencoder(Landscape):
    r"""$f(W_1, W_2) = \tfrac12 E\|x - W_2 W_1 x\|^2$ over a data set.

    Only the second moments $S = E\,xx^\top$ enter. A point is the concatenation of
    $W_1$ and $W_2^\top$, each `(width, p)`, row by row. At the origin $f$ is
    $-\mathrm{tr}(W_2 W_1 S)$ to second order, so its Hessian has the eigenvalues
    $\pm\lambda_i(S)$, each `width` times: a strict saddle of index `p * width`.

    Args:
        second_moments: S, shape `(p, p)`.
        width: of the hidden layer.
    """

    second_moments: np.ndarray
    width: int

    name = "linear_autoencoder"
    kinds = ("numpy", "torch")
    batched = ()
    constants = {}

    @property
    def dim(self) -> int:
        """2 p width."""
        return 2 * len(self.second_moments) * self.width

    @property
    def start(self) -> tuple[float, ...]:
        """All weights 0.01."""
        return (0.01,) * self.dim

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """One unit to each side."""
        return ((-1, 1),) * self.dim

    def _layers(self, x: Any) -> tuple[Any, Any, Any]:
        """$W_1$, $V = W_2^T$, each `(..., width, p)`, and S."""
        self.check(x)
        layers = x.reshape(*x.shape[:-1], 2, self.width, len(self.second_moments))
        return layers[..., 0, :, :], layers[..., 1, :, :], like(self.second_moments, x)

    def value(self, x: Any) -> Any:
        r"""$\tfrac12\mathrm{tr}\,S - \mathrm{tr}(PS) + \tfrac12\mathrm{tr}(PSP^T)$.

        $P = W_2 W_1$; the traces are taken without forming P.
        """
        W, V, S = self._layers(x)
        A = W @ S
        cross = (V * A).sum(axis=(-2, -1))
        square = ((A @ W.mT) * (V @ V.mT)).sum(axis=(-2, -1))
        return S.trace() / 2 - cross + square / 2

    def gradient(self, x: Any) -> Any:
        r"""$\nabla_{W_1} = VV^T A - VS$, $\nabla_V = A W_1^T V - A$, $A = W_1 S$."""
        W, V, S = self._layers(x)
        A = W @ S
        return _flat(x, (V @ V.mT) @ A - V @ S, (A @ W.mT) @ V - A)

    def hvp(self, x: Any, v: Any) -> Any:
        """The derivative of the gradient along v, by the product rule."""
        W, V, S = self._layers(x)
        dW, dV, _ = self._layers(v)
        A, dA = W @ S, dW @ S
        along_W = (dV @ V.mT + V @ dV.mT) @ A + (V @ V.mT) @ dA - dV @ S
        along_V = (dA @ W.mT + A @ dW.mT) @ V + (A @ W.mT) @ dV - dA
        return _flat(x, along_W, along_V)

    def locate(self) -> np.ndarray:
        """The origin."""
        return np.zeros((1, self.dim))


def _flat(x: Any, first: Any, second: Any) -> Any:
    return stack([first, second], axis=-3).reshape(x.shape)


def linear_autoencoder(width: int = 1) -> LinearAutoencoder:
    """The autoencoder of the digits (61 pixels); `width` is its hidden layer's.

    Raises:
        ValueError: `width` is not a positive integer.
    """
    if not isinstance(width, int) or width < 1:
        raise ValueError(f"`linear_autoencoder` takes an integer width >= 1: {width}.")
    X = digits()
    return LinearAutoencoder(X.T @ X / len(X), width)
