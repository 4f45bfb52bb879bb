"""Quadratics of rank one: each sample sees a single coordinate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch, samples


@dataclass(frozen=True, eq=False)
class RankOneFamily(Landscape):
    r"""$f(w) = \frac1n \sum_i \frac m2 w_{c(i)}^2$: sample i sees coordinate c(i).

    The Hessian is diagonal, m times the share of the samples that see a coordinate, so
    a mini-batch costs as much as its counts, for any number of runs at once.

    Args:
        coordinates: c, integers, shape `(n,)` or, one mini-batch a run, `(..., n)`.
        curvature: m.
        dim: the number of coordinates d.
    """

    coordinates: np.ndarray
    curvature: float
    dim: int

    name = "rank_one_family"
    kinds = ("numpy", "torch")
    batched = ()

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.coordinates.shape[-1]

    @property
    def start(self) -> tuple[float, ...]:
        """All coordinates one."""
        return (1.0,) * self.dim

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Two units to each side."""
        return ((-2, 2),) * self.dim

    @property
    def constants(self) -> dict[str, float]:
        """Extreme curvatures mu and beta of f, `sample_beta` of one loss."""
        low, high = float(self.spectrum.min()), float(self.spectrum.max())
        return {"mu": low, "beta": high, "sample_beta": self.curvature}

    @cached_property
    def spectrum(self) -> np.ndarray:
        """The Hessian's diagonal, shape `(..., d)`."""
        rows = self.coordinates.reshape(-1, self.n)
        shifted = rows + self.dim * np.arange(len(rows))[:, None]
        counts = np.bincount(shifted.ravel(), minlength=len(rows) * self.dim)
        shape = (*self.coordinates.shape[:-1], self.dim)
        return self.curvature / self.n * counts.reshape(shape)

    def losses(self, x: Any) -> Any:
        r"""$\frac m2 w_{c(i)}^2$, shape `(..., n)`."""
        self.check(x)
        if self.coordinates.ndim == 1:
            seen = x[..., self.coordinates]
        else:
            seen = np.take_along_axis(x, self.coordinates, -1)
        return self.curvature / 2 * seen * seen

    def sample_hessians(self) -> np.ndarray:
        """Those of the single losses, dense, shape `(n, d, d)`."""
        rows = np.eye(self.dim)[self.coordinates]
        return self.curvature * rows[..., :, None] * rows[..., None, :]

    def value(self, x: Any) -> Any:
        """The mean of the losses, shape `(...)`."""
        return (x * self.gradient(x)).sum(axis=-1) / 2

    def gradient(self, x: Any) -> Any:
        """$Hx$."""
        self.check(x)
        return self.hvp(x, x)

    def hvp(self, x: Any, v: Any) -> Any:
        """$Hv$, the same at every x."""
        return like(self.spectrum, v) * v

    def restrict(self, indices: Any) -> RankOneFamily:
        """The mean over some samples of the whole family.

        Args:
            indices: integers, shape `(b,)` for all runs or `(..., b)`.
        """
        idx = samples(indices, self.n, self.name)
        if self.coordinates.ndim == 1:
            return replace(self, coordinates=self.coordinates[idx])
        runs = np.broadcast_shapes(self.coordinates.shape[:-1], idx.shape[:-1])
        rows = np.broadcast_to(self.coordinates, (*runs, self.n))
        idx = np.broadcast_to(idx, (*runs, idx.shape[-1]))
        return replace(self, coordinates=np.take_along_axis(rows, idx, -1))

    def sample(self, indices: Any, t: int = 0, seed: Any = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch.of(self, self.restrict(indices), indices, t, seed)

    def locate(self) -> np.ndarray:
        """The origin."""
        return np.zeros((1, self.dim))


def rank_one_family(n: int = 100, sigma: int = 4) -> RankOneFamily:
    r"""$\sigma$ samples see the first coordinate, every other one its own.

    $H_i = m e_1 e_1^\top$ for $i \le \sigma$, else $m e_{i-\sigma+1}
    e_{i-\sigma+1}^\top$, $m = 2n/\sigma$: the mean has the eigenvalue 2 once and
    $2/\sigma$ else, $d = n - \sigma + 1$. The set-up of Chang and Khanna, arXiv
    2511.17378 (L23), where $\sigma$ is the coherence of the Hessians.

    Args:
        n: samples.
        sigma: from 1 to n.

    Raises:
        ValueError: not 1 <= sigma <= n.
    """
    if not 1 <= sigma <= n:
        raise ValueError(
            f"`rank_one_family` takes 1 <= sigma <= n, got {sigma} and n = {n}."
        )
    coordinates = np.maximum(np.arange(n) - sigma + 1, 0)
    return RankOneFamily(coordinates, 2 * n / sigma, n - sigma + 1)
