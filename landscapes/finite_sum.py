"""Means of losses over data: the whole sum, any mini-batch, one a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch, choose, samples
from landscapes.minimise import RANK, minimiser
from landscapes.scalar_loss import ScalarLoss


@dataclass(frozen=True, eq=False)
class FiniteSum(Landscape):
    r"""$f(w) = \frac1n\sum_i f_i(w)$, $f_i = l(\langle x_i, w\rangle, y_i) + R(w)$.

    $R(w) = \frac r2\|w\|^2$ belongs to every sample, so that the mean of `losses` is
    the value. Leading axes of X and y belong to the batch of points: a data set, or a
    mini-batch, of its own for every run of `simulate.iterate`.

    Args:
        X: the rows $x_i$, shape `(n, d)` or `(..., n, d)`.
        y: targets, shape `(n,)` or `(..., n)`.
        loss: $l$.
        ridge: r, at least 0.
        name: as in the folder.
        reach: half the width of the box.

    Raises:
        ValueError: shapes do not match, or the ridge is negative or not finite.
    """

    X: np.ndarray
    y: np.ndarray
    loss: ScalarLoss
    ridge: float = 0.0
    name: str = "finite_sum"
    reach: float = 1.0

    kinds = ("numpy", "torch")
    batched = ()

    def __post_init__(self) -> None:
        X, y = self.X, self.y
        if X.ndim < 2 or X.shape[:-1] != y.shape or not X.size:
            raise ValueError(
                f"`{self.name}` takes rows (..., n, d) and targets (..., n), got "
                f"{X.shape} and {y.shape}."
            )
        if not 0 <= self.ridge < np.inf:
            raise ValueError(f"`{self.name}` takes ridge >= 0, got {self.ridge}.")

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.X.shape[-2]

    @property
    def dim(self) -> int:
        """The number of features d."""
        return self.X.shape[-1]

    @property
    def start(self) -> tuple[float, ...]:
        """The origin."""
        return (0.0,) * self.dim

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """`reach` to each side of the origin."""
        return ((-self.reach, self.reach),) * self.dim

    @cached_property
    def spectrum(self) -> np.ndarray:
        r"""Eigenvalues of $X^\top X/n$, ascending, shape `(..., d)`."""
        return np.linalg.eigvalsh(self.X.mT @ self.X / self.n)

    @property
    def constants(self) -> dict[str, float]:
        r"""Constants on all of $R^d$.

        `mu` and `beta`: lowest curvature and largest size of a curvature of f;
        `beta_max`: the largest smoothness of a sample. Exact for the square, and where
        one w gives every sample the loss's extreme curvature (w = 0 does for logistic);
        otherwise bounds. Square only, `pl`: the smallest eigenvalue that is not 0, with
        which $\|\nabla f\|^2 \ge 2\,\mathrm{pl}\,(f - f^*)$.
        """
        low, high = self.loss.curvatures
        lam = np.maximum(self.spectrum, 0)
        mu = low * (lam.min() if low >= 0 else lam.max()) + self.ridge
        beta = max(high * lam.max() + self.ridge, -mu)
        known = {"mu": mu, "beta": beta, "beta_max": self.sample_smoothness.max()}
        if low == high:
            H = low * lam + self.ridge
            known["pl"] = H[H > RANK * H.max()].min()
        return {name: float(value) for name, value in known.items()}

    @property
    def sample_smoothness(self) -> np.ndarray:
        r"""$L_i = \sup|l''|\,\|x_i\|^2 + r$, shape `(..., n)`."""
        largest = max(map(abs, self.loss.curvatures))
        return largest * (self.X**2).sum(-1) + self.ridge

    def predictions(self, w: Any) -> Any:
        r"""$\langle x_i, w\rangle$, shape `(..., n)`."""
        X = like(self.X, w)
        return w @ X.T if X.ndim == 2 else (X @ w[..., None])[..., 0]

    def _backward(self, s: Any) -> Any:
        r"""$\frac1n\sum_i s_i x_i$, shape `(..., d)`."""
        X = like(self.X, s)
        total = s @ X if X.ndim == 2 else (s[..., None, :] @ X)[..., 0, :]
        return total / self.n

    def _margins(self, w: Any) -> tuple[Any, Any]:
        """Predictions and targets."""
        self.check(w)
        return self.predictions(w), like(self.y, w)

    def losses(self, w: Any) -> Any:
        r"""$f_i(w)$, shape `(..., n)`."""
        penalty = self.ridge / 2 * (w * w).sum(-1)
        return self.loss.value(*self._margins(w)) + penalty[..., None]

    def value(self, w: Any) -> Any:
        """The mean of the losses, shape `(...)`."""
        return self.losses(w).mean(-1)

    def gradient(self, w: Any) -> Any:
        r"""$\frac1n\sum_i l'(\langle x_i, w\rangle, y_i) x_i + r w$."""
        return self._backward(self.loss.slope(*self._margins(w))) + self.ridge * w

    def hvp(self, w: Any, v: Any) -> Any:
        r"""$\frac1n\sum_i l''_i \langle x_i, v\rangle x_i + r v$."""
        curvature = self.loss.curvature(*self._margins(w))
        return self._backward(curvature * self.predictions(v)) + self.ridge * v

    def gradients(self, w: Any) -> Any:
        r"""$\nabla f_i(w)$, one row a sample, shape `(..., n, d)`."""
        s = self.loss.slope(*self._margins(w))
        return s[..., None] * like(self.X, w) + (self.ridge * w)[..., None, :]

    def restrict(self, indices: Any) -> FiniteSum:
        """The sum over some samples, those of each run its own if need be.

        Args:
            indices: integers, shape `(b,)` for all runs or `(..., b)`.
        """
        idx = samples(indices, self.n, self.name)
        return replace(self, X=choose(self.X, idx, -2), y=choose(self.y, idx, -1))

    def sample(self, indices: Any, t: int = 0, seed: Any = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch.of(self, self.restrict(indices), indices, t, seed)

    def locate(self) -> np.ndarray:
        """The point that Newton's method finds from the origin, `(k, d)`, k <= 1.

        The only critical point of a strongly convex f. Where minimisers fill a
        subspace it is one of them; where none is found (separable classes without
        ridge), there is no row.
        """
        return minimiser(self)
