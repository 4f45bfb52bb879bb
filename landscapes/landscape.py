"""The contract of a landscape, and what a critical point is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.components import Components

# An eigenvalue below this share of the largest one counts as zero: a located critical
# point is exact to rounding, its Hessian hence to about 1e-15 of its own size, but a
# degenerate point is found only to about the square root of that.
FLAT = 1e-7


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    r"""A point with $\nabla f = 0$ and what its Hessian says of it.

    Args:
        point: shape `(d,)`.
        eigenvalues: of the Hessian there, ascending, shape `(d,)`.
        eigenvectors: column `i` belongs to eigenvalue `i`, shape `(d, d)`.
    """

    point: np.ndarray
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray

    @property
    def nullity(self) -> int:
        """How many eigenvalues are zero to rounding."""
        size = np.abs(self.eigenvalues)
        return int((size <= FLAT * max(size.max(), FLAT)).sum())

    @property
    def index(self) -> int:
        """How many eigenvalues are negative."""
        scale = np.abs(self.eigenvalues).max()
        return int((self.eigenvalues < -FLAT * max(scale, FLAT)).sum())

    @property
    def kind(self) -> str:
        """`minimum`, `maximum`, `saddle`, or `degenerate` (a zero eigenvalue).

        A degenerate point with a negative eigenvalue is a strict saddle or a
        maximum all the same; without one the spectrum alone does not tell.
        """
        if self.nullity:
            return "degenerate"
        return {0: "minimum", len(self.eigenvalues): "maximum"}.get(
            self.index, "saddle"
        )

    @property
    def label(self) -> str:
        """Kind and place, for tables and legends."""
        if len(self.point) > 3:
            return f"{self.kind} |x|={np.linalg.norm(self.point):.3g}"
        place = ", ".join(f"{value:.4g}" for value in self.point + 0.0)
        return f"{self.kind} ({place})"


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
        """The critical points that are neither a minimum nor a maximum.

        A degenerate point is among them unless its spectrum is one-signed.
        """
        return tuple(
            c
            for c in self.critical_points
            if c.kind == "saddle"
            or (c.kind == "degenerate" and (c.index > 0 or c.nullity == self.dim))
        )

    def classify(self, point: np.ndarray) -> CriticalPoint:
        """Reads the kind of a critical point off the Hessian's spectrum."""
        H = self.hessian(point)
        return CriticalPoint(point, *np.linalg.eigh((H + H.T) / 2))

    def check(self, x: Any) -> None:
        """Refuses points of a wrong dimension in one line."""
        shape = (len(x),) if isinstance(x, Components) else tuple(x.shape)
        if not shape or shape[-1] != self.dim:
            kind = "d components" if isinstance(x, Components) else "shape"
            raise ValueError(
                f"`{self.name}` takes points of {kind} (..., {self.dim}), got {shape}."
            )
