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
            if c.kind == "saddle" or (c.kind == "degenerate" and self._turns(c))
        )

    def _turns(self, critical: CriticalPoint) -> bool:
        """Whether f takes larger and smaller values on a small sphere around it."""
        v = np.random.default_rng(0).normal(size=(64 * self.dim, self.dim))
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        width = min(high - low for low, high in self.box)
        change = self.value(critical.point + 1e-2 * width * v) - self.value(
            critical.point
        )
        return bool((change > 0).any() and (change < 0).any())

    def classify(self, point: np.ndarray) -> CriticalPoint:
        """Reads the kind of a critical point off the Hessian's spectrum.

        Eigenvalues that are rounding, beside the Hessian elsewhere, are set to 0.
        """
        H = self.hessian(point)
        eigenvalues, eigenvectors = np.linalg.eigh((H + H.T) / 2)
        elsewhere = np.abs(self.hessian(np.asarray(self.start, dtype=float))).max()
        size = max(np.abs(eigenvalues).max(), elsewhere)
        eigenvalues[np.abs(eigenvalues) <= FLAT * size] = 0.0
        return CriticalPoint(point, eigenvalues, eigenvectors)

    def check(self, x: Any) -> None:
        """Refuses points of a wrong dimension in one line."""
        shape = (len(x),) if isinstance(x, Components) else tuple(x.shape)
        if not shape or shape[-1] != self.dim:
            kind = "d components" if isinstance(x, Components) else "shape"
            raise ValueError(
                f"`{self.name}` takes points of {kind} (..., {self.dim}), got {shape}."
            )
