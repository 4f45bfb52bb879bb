"""Matrix factorisation: a saddle at the origin, made of singular values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class MatrixFactorisation(Landscape):
    r"""$f(U, V) = \tfrac12 \|U V^\top - M\|_F^2$, a function of $UV^\top$ alone.

    A point is $W = (U; V)$, `(p + q, rank)`, row by row. With the symmetric residual
    $S(W) = \begin{pmatrix} 0 & UV^\top - M \\ VU^\top - M^\top & 0 \end{pmatrix}$
    $f = \|S\|_F^2/4$ and $\nabla f = SW$. At the origin the Hessian is $S(0)$, once a
    column: eigenvalues $\pm\sigma_i(M)$, each `rank` times, and zeros if $p \ne q$: a
    strict saddle. It alone is declared; the minima and the other saddles are
    manifolds, since $(UA, VA^{-\top})$ is as good as $(U, V)$.

    Args:
        target: M, shape `(p, q)`.
        rank: columns of U and of V.
        name: of the landscape.
    """

    target: np.ndarray
    rank: int
    name: str

    kinds = ("numpy", "torch")
    batched = ()
    constants = {}

    @property
    def dim(self) -> int:
        """(p + q) rank."""
        return sum(self.target.shape) * self.rank

    @property
    def start(self) -> tuple[float, ...]:
        """Identities, V half as large as U: not balanced."""
        p, q = self.target.shape
        W = np.concatenate([np.eye(p, self.rank), np.eye(q, self.rank) / 2])
        return tuple(W.ravel())

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Two units to each side."""
        return ((-2, 2),) * self.dim

    @cached_property
    def _blocks(self) -> tuple[np.ndarray, np.ndarray]:
        """S(0), and the pattern of the blocks that are not zero; symmetric."""
        p, q = self.target.shape
        origin, pattern = np.zeros((2, p + q, p + q))
        origin[:p, p:], pattern[:p, p:] = -self.target, 1
        return origin + origin.T, pattern + pattern.T

    def _matrix(self, x: Any) -> Any:
        """W, shape `(..., p + q, rank)`."""
        self.check(x)
        return x.reshape(*x.shape[:-1], -1, self.rank)

    def _residual(self, W: Any) -> Any:
        """S, shape `(..., p + q, p + q)`."""
        origin, pattern = self._blocks
        return like(pattern, W) * (W @ W.mT) + like(origin, W)

    def balancedness(self, x: Any) -> Any:
        r"""$B = (\|U\|_F^2 - \|V\|_F^2)/2$, shape `(...)`; gradient flow keeps it."""
        rows = (self._matrix(x) ** 2).sum(axis=-1)
        p = len(self.target)
        return (rows[..., :p].sum(axis=-1) - rows[..., p:].sum(axis=-1)) / 2

    def value(self, x: Any) -> Any:
        r"""$\|S\|_F^2/4$, shape `(...)`."""
        S = self._residual(self._matrix(x))
        return (S * S).sum(axis=(-2, -1)) / 4

    def gradient(self, x: Any) -> Any:
        """$SW$."""
        W = self._matrix(x)
        return (self._residual(W) @ W).reshape(x.shape)

    def hvp(self, x: Any, v: Any) -> Any:
        """The derivative of $SW$ along v, by the product rule."""
        W, dW = self._matrix(x), self._matrix(v)
        dS = like(self._blocks[1], W) * (dW @ W.mT + W @ dW.mT)
        return (dS @ W + self._residual(W) @ dW).reshape(x.shape)

    def locate(self) -> np.ndarray:
        """The origin."""
        return np.zeros((1, self.dim))


def matrix_factorisation(
    target: Sequence[Sequence[float]] = ((2, 0), (0, 1)),
    rank: int = 2,
    name: str = "matrix_factorisation",
) -> MatrixFactorisation:
    r"""$\tfrac12\|UV^\top - M\|_F^2$; default $M = \mathrm{diag}(2, 1)$, full rank.

    Args:
        target: M, shape `(p, q)`, finite and not zero.
        rank: columns of U and of V, >= 1.
        name: of the landscape.

    Raises:
        ValueError: M is no finite matrix or zero, or `rank` no positive integer.
    """
    M = np.array(target, dtype=float)
    if M.ndim != 2 or not np.isfinite(M).all() or not M.any():
        raise ValueError(f"`{name}` takes a finite matrix that is not 0, got {target}.")
    if not isinstance(rank, int) or rank < 1:
        raise ValueError(f"`{name}` takes an integer rank >= 1, got {rank}.")
    return MatrixFactorisation(M, rank, name)
