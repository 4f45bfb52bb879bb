"""What a run sees of a landscape that is tilted by noise, or replaced by its model."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.method import dot


class Derived(Landscape):
    """A landscape made of another one, `inner`; its samples made likewise."""

    inner: Landscape
    name = "derived"
    batched = ()

    @property
    def dim(self) -> int:
        """The dimension of the inner one."""
        return self.inner.dim

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the inner one."""
        return self.inner.kinds

    @property
    def n(self) -> int:
        """The number of samples of the inner one."""
        return self.inner.n

    @abstractmethod
    def losses(self, x: Any) -> Any:
        """The loss of every sample, shape `(..., n)`."""

    def restrict(self, indices: Any) -> Derived:
        """The same made of some samples of the inner one."""
        return replace(self, inner=self.inner.restrict(indices))

    def locate(self) -> np.ndarray:
        """The critical points of the inner one."""
        return self.inner.locate()


def plain(scalar: Any, x: Any) -> Any:
    """A scalar of the batch as `(...)`: `dot` keeps an axis beside arrays."""
    return (
        scalar[..., 0]
        if getattr(scalar, "ndim", 0) == getattr(x, "ndim", -1)
        else scalar
    )


@dataclass(frozen=True, eq=False)
class Tilted(Derived):
    r"""$f(w) + \langle\xi, w\rangle$: every gradient is disturbed by $\xi$ alike.

    Args:
        inner: f.
        xi: of the points' kind; broadcasts against them.
    """

    inner: Landscape
    xi: Any

    def value(self, x: Any) -> Any:
        r"""$f(x) + \langle\xi, x\rangle$."""
        return self.inner.value(x) + plain(dot(x, self.xi), x)

    def losses(self, x: Any) -> Any:
        r"""$f_i(x) + \langle\xi, x\rangle$."""
        return self.inner.losses(x) + plain(dot(x, self.xi), x)[..., None]

    def gradient(self, x: Any) -> Any:
        r"""$\nabla f(x) + \xi$."""
        return self.inner.gradient(x) + self.xi

    def hvp(self, x: Any, v: Any) -> Any:
        """That of f."""
        return self.inner.hvp(x, v)


@dataclass(frozen=True, eq=False)
class Tangent(Derived):
    r"""Model of second order, $f(c) + \langle g, v\rangle + \frac12 v^\top H v$.

    Here $v = w - c$ and $g = \nabla f(c)$, $H = \nabla^2 f(c)$; of a mini-batch it is
    the mini-batch's own model, so that the noise of the curvature is in it.

    Args:
        inner: f.
        c: of the points' kind; broadcasts against them.
    """

    inner: Landscape
    c: Any

    def value(self, x: Any) -> Any:
        """The model."""
        v, c = x - self.c, self.c + (x - x)
        slope = self.inner.gradient(c) + self.inner.hvp(c, v) / 2
        return self.inner.value(c) + plain(dot(slope, v), v)

    def losses(self, x: Any) -> Any:
        """One sample's model after the other."""
        parts = [self.restrict(np.array([i])).value(x) for i in range(self.n)]
        return np.stack(parts, axis=-1)

    def gradient(self, x: Any) -> Any:
        r"""$g + Hv$."""
        # The inner one may take no point that is broadcast.
        c = self.c + (x - x)
        return self.inner.gradient(c) + self.inner.hvp(c, x - self.c)

    def hvp(self, x: Any, v: Any) -> Any:
        """$Hv$, the same at every x."""
        return self.inner.hvp(self.c + (x - x), v)
