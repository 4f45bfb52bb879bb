"""Sample: what a method sees of a landscape in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class Sample:
    r"""The mean loss on one step's sample; here the landscape itself.

    Calling it gives the gradient. A sample of data offers more, under names that are
    the same everywhere and absent here: `size` (b, the number of its examples),
    `losses(x) -> (..., b)`, `subset(indices)`, a sample of some of them, and
    `split(m)`, a list of m contiguous shards in batch order. A method asks for what
    it needs by `theory.method.need`.

    Args:
        landscape: what is sampled.
        t: the step, from 0; in a batch one number a run.
    """

    landscape: Landscape
    t: Any = 0

    def __call__(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""
        return self.landscape.gradient(x)

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        return self.landscape.value(x)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""Hessian-vector product $\nabla^2 f(x) v$, shape `(..., d)`."""
        return self.landscape.hvp(x, v)
