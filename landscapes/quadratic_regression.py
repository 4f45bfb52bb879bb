"""The quadratic regression model: the simplest with an edge of stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class QuadraticRegression(Landscape):
    r"""$f = \tfrac12 \|z\|^2$, $z = y + G\theta + \tfrac12\theta^\top Q\theta$.

    One z an output, one Q each. The minima, where z = 0, are a manifold if there are
    more parameters than outputs; no critical point is declared.

    Args:
        y: outputs at 0, shape `(k,)`.
        G: their gradients at 0, shape `(k, d)`, a row an output.
        Q: their Hessians, shape `(k, d, d)`, symmetric in the last two.
    """

    y: np.ndarray
    G: np.ndarray
    Q: np.ndarray

    name = "quadratic_regression"
    kinds = ("numpy", "torch")
    batched = ()
    constants = {}

    @property
    def dim(self) -> int:
        """The number of parameters d."""
        return self.G.shape[1]

    @property
    def start(self) -> tuple[float, ...]:
        """The origin."""
        return (0.0,) * self.dim

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Two units to each side."""
        return ((-2, 2),) * self.dim

    def _along(self, x: Any) -> Any:
        r"""$Q\theta$, shape `(..., k, d)`."""
        Q = like(self.Q, x)
        return (x @ Q.reshape(-1, self.dim).T).reshape(*x.shape[:-1], *self.G.shape)

    def outputs(self, x: Any) -> Any:
        """z, shape `(..., k)`."""
        self.check(x)
        slopes = like(self.G, x) + self._along(x) / 2
        return like(self.y, x) + (slopes @ x[..., None])[..., 0]

    def jacobian(self, x: Any) -> Any:
        r"""$J = \partial z/\partial\theta = G + Q\theta$, shape `(..., k, d)`."""
        return like(self.G, x) + self._along(x)

    def value(self, x: Any) -> Any:
        r"""$\|z\|^2/2$, shape `(...)`."""
        z = self.outputs(x)
        return (z * z).sum(axis=-1) / 2

    def gradient(self, x: Any) -> Any:
        r"""$J^\top z$."""
        return _combine(self.outputs(x), self.jacobian(x))

    def hvp(self, x: Any, v: Any) -> Any:
        r"""$J^\top J v + \sum_k z_k Q_k v$."""
        J = self.jacobian(x)
        curved = _combine(self.outputs(x), self._along(v))
        return _combine((J @ v[..., None])[..., 0], J) + curved

    def locate(self) -> np.ndarray:
        """None."""
        return np.empty((0, self.dim))


def _combine(weights: Any, rows: Any) -> Any:
    """Rows `(..., k, d)` with weights `(..., k)`, shape `(..., d)`."""
    return (weights[..., None, :] @ rows)[..., 0, :]


def quadratic_regression(
    outputs: int = 4, dim: int = 12, curvature: float = 1.0, seed: int = 0
) -> QuadraticRegression:
    r"""Random y, G and Q: y standard normal, rows of G near length 1, $Qu$ near s.

    $Q_k = s (A_k + A_k^\top)/\sqrt{2d}$ and $G = B/\sqrt d$ with standard normal
    entries of A and B. The model of Agarwala and Dauphin, arXiv 2302.08692 (L7); these
    scales are ours.

    Args:
        outputs: k.
        dim: d, the number of parameters.
        curvature: s >= 0.
        seed: of the random numbers.

    Raises:
        ValueError: a size is below 1, or the curvature negative or not finite.
    """
    if min(outputs, dim) < 1 or not 0 <= curvature < np.inf:
        raise ValueError(
            "`quadratic_regression` takes outputs, dim >= 1 and a finite curvature "
            f">= 0, got {outputs}, {dim} and {curvature}."
        )
    rng = np.random.default_rng(seed)
    y, B = rng.normal(size=outputs), rng.normal(size=(outputs, dim))
    A = rng.normal(size=(outputs, dim, dim))
    Q = curvature * (A + A.mT) / np.sqrt(2 * dim)
    return QuadraticRegression(y, B / np.sqrt(dim), Q)
