"""Quadratics of any dimension and spectrum, many spectra at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.components import Components
from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class Quadratic(Landscape):
    r"""$f(w) = \tfrac12 w^\top H w$, $H = Q\,\mathrm{diag}(\lambda)\,Q^\top$.

    Args:
        spectrum: $\lambda$; an array of shape `(..., d)` whose leading axes broadcast
            against the batch of points (many quadratics at once), or Components, for
            instance of SymPy symbols.
        rotation: $Q$, orthogonal, shape `(d, d)`; None is the identity.
    """

    spectrum: Any
    rotation: np.ndarray | None = None

    name = "quadratic"
    kinds = ("numpy", "torch", "components", "symbols")
    # Fields whose leading axes belong to the batch.
    batched = ("spectrum",)

    @property
    def dim(self) -> int:
        """The number of eigenvalues d."""
        components = isinstance(self.spectrum, Components)
        return len(self.spectrum) if components else self.spectrum.shape[-1]

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
        """Extreme curvatures mu and beta = max |lam|."""
        return {
            "mu": float(np.min(self.spectrum)),
            "beta": float(np.abs(self.spectrum).max()),
        }

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        product = x * self.gradient(x)
        return (
            sum(product.parts) / 2
            if isinstance(x, Components)
            else (product.sum(axis=-1) / 2)
        )

    def gradient(self, x: Any) -> Any:
        r"""$Hx$, of the kind and shape of `x`."""
        self.check(x)
        return self.hvp(x, x)

    def hvp(self, x: Any, v: Any) -> Any:
        """$Hv$, the same at every x."""
        if isinstance(v, Components):
            lam = self.spectrum
            if not isinstance(lam, Components):
                lam = Components(lam[..., i] for i in range(self.dim))
            if self.rotation is None:
                return v.map(mul, lam)
            Q = self.rotation
            return _combine(Q, _combine(Q.T, v).map(mul, lam))
        if self.rotation is None:
            return like(self.spectrum, v) * v
        Q = like(self.rotation, v)
        return (like(self.spectrum, v) * (v @ Q)) @ Q.T

    def locate(self) -> np.ndarray:
        """The origin (the only critical point unless an eigenvalue is 0)."""
        return np.zeros((1, self.dim))


def _combine(matrix: np.ndarray, v: Components) -> Components:
    return Components(
        sum(float(a) * part for a, part in zip(row, v, strict=True)) for row in matrix
    )


def quadratic(
    spectrum: Sequence[float] = (2.0, -1.0), rotate: int | None = None
) -> Quadratic:
    r"""$\tfrac12 w^\top H w$ with the given eigenvalues; default $\lambda = (2, -1)$.

    Args:
        spectrum: the eigenvalues, finite.
        rotate: seed of a random rotation; None leaves H diagonal.

    Raises:
        ValueError: the spectrum is empty or not finite.
    """
    lam = np.asarray(spectrum, dtype=float)
    if not lam.size or not np.isfinite(lam).all():
        raise ValueError(f"`quadratic` takes finite eigenvalues, got {spectrum}.")
    Q = None
    if rotate is not None:
        noise = np.random.default_rng(rotate).normal(size=(lam.size, lam.size))
        Q = np.linalg.qr(noise)[0]
    return Quadratic(lam, Q)
