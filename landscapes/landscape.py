"""The contract of a landscape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.critical import FLAT, CriticalPoint


class Landscape(ABC):
    r"""A function $f: R^d \to R$ that runs on every kind of point it declares.

    Points are arrays of shape `(..., d)`, NumPy or torch, whose leading axes are a
    batch, or `Components` with d arrays of shape `(...)`.

    Attributes:
        name: as in the folder.
        dim: d.
        kinds: the kinds of point it runs on, out of `"numpy"`, `"torch"` (arrays),
            `"components"` and `"symbols"` (Components of SymPy expressions).
        start: the default start, shape `(d,)`.
        box: `((low, high), ...)`, where to draw it and look for critical points.
        constants: known constants of the class, for instance `{"beta": 2.0}`.
        batched: fields that are arrays `(..., d)` whose leading axes belong to the
            batch, so that one run holds many landscapes.
    """

    name: str
    dim: int
    kinds: tuple[str, ...]
    start: tuple[float, ...]
    box: tuple[tuple[float, float], ...]
    constants: dict[str, float]
    batched: tuple[str, ...]

    @abstractmethod
    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""

    @abstractmethod
    def gradient(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""

    @abstractmethod
    def hvp(self, x: Any, v: Any) -> Any:
        r"""Hessian-vector product $\nabla^2 f(x) v$, shape `(..., d)`."""

    @abstractmethod
    def locate(self) -> np.ndarray:
        """The critical points, shape `(k, d)`."""

    def hessian(self, x: np.ndarray) -> np.ndarray:
        r"""$\nabla^2 f(x)$, shape `(..., d, d)`, a column a Hessian-vector product."""
        basis = np.eye(self.dim)
        columns = [self.hvp(x, np.broadcast_to(v, np.shape(x))) for v in basis]
        return np.stack(columns, axis=-1)

    @cached_property
    def critical_points(self) -> tuple[CriticalPoint, ...]:
        """All known critical points, classified by the Hessian's spectrum."""
        points = np.asarray(self.locate(), dtype=float).reshape(-1, self.dim)
        return tuple(self.classify(point) for point in points)

    @property
    def saddles(self) -> tuple[CriticalPoint, ...]:
        """The critical points from which f both rises and falls.

        The spectrum tells, but for a degenerate point: there the values around it do.
        """
        return tuple(
            c
            for c in self.critical_points
            if c.kind == "saddle" or (c.kind == "degenerate" and all(self._turns(c)))
        )

    @cached_property
    def minima(self) -> tuple[CriticalPoint, ...]:
        """The critical points from which f does not fall; told as for `saddles`."""
        return tuple(
            c
            for c in self.critical_points
            if c.kind == "minimum"
            or (c.kind == "degenerate" and not c.index and not self._turns(c)[1])
        )

    @property
    def nearby(self) -> float:
        """A length at which values tell what a Hessian with zeros does not."""
        return 1e-2 * min(high - low for low, high in self.box)

    def _turns(self, critical: CriticalPoint) -> tuple[bool, bool]:
        """Whether f rises and whether it falls on a small sphere around it."""
        v = np.random.default_rng(0).normal(size=(64 * self.dim, self.dim))
        v *= self.nearby / np.linalg.norm(v, axis=1, keepdims=True)
        there, around = self.value(critical.point), self.value(critical.point + v)
        rounding = 1e-14 * np.abs(there)
        return bool((around > there).any()), bool((around < there - rounding).any())

    def classify(self, point: np.ndarray) -> CriticalPoint:
        """Reads the kind of a critical point off the Hessian's spectrum."""
        return CriticalPoint(point, *self.curvatures(point))

    def curvatures(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The Hessian's eigenvalues, ascending, and eigenvectors, as columns.

        Args:
            x: points, `(..., d)`.

        Returns:
            `(..., d)` and `(..., d, d)`. Eigenvalues that are rounding, beside the
            Hessian at the start, are set to 0; where it is not finite they are NaN.
        """
        H = self.hessian(x)
        finite = np.isfinite(H).all((-2, -1))[..., None]
        H = np.where(finite[..., None], H, 0.0)
        lam, v = np.linalg.eigh((H + np.swapaxes(H, -2, -1)) / 2)
        size = np.maximum(np.abs(lam).max(-1, keepdims=True), self._usual_curvature)
        lam[np.abs(lam) <= FLAT * size] = 0.0
        return np.where(finite, lam, np.nan), v

    @cached_property
    def _usual_curvature(self) -> float:
        return np.abs(self.hessian(np.asarray(self.start, dtype=float))).max()

    def check(self, x: Any) -> None:
        """Refuses points of a wrong dimension in one line."""
        shape = (len(x),) if isinstance(x, Components) else tuple(x.shape)
        if not shape or shape[-1] != self.dim:
            kind = "d components" if isinstance(x, Components) else "shape"
            raise ValueError(
                f"`{self.name}` takes points of {kind} (..., {self.dim}), got {shape}."
            )
