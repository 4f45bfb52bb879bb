"""Tensors: the parameters of a network as one point, in a few flat parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from theory.method import column, dot, sign


class PerPart(tuple):
    """A scalar with a value of its own for every part: the radius of each group."""


class Tensors:
    r"""A point of $R^P$ in flat parts, each with a factor that is multiplied in late.

    A part holds the parameters of one data type and device (and of one group, where
    groups have radii of their own). Multiplying by a scalar makes no new tensor, and
    $x + a v$ makes one: $\rho\,u(g)$ is never formed.

    Args:
        parts: the flat tensors, `(P_i,)`, or a function that gives them when they are
            first needed.
        factors: a scalar for each, a number or a tensor `()`; 1 if left out.
    """

    __slots__ = ("__weakref__", "_parts", "factors")

    def __init__(
        self, parts: Sequence | Callable[[], Sequence], factors: Sequence | None = None
    ) -> None:
        self._parts, self.factors = parts, factors

    @property
    def parts(self) -> Sequence[torch.Tensor]:
        """The flat tensors, without their factors."""
        if callable(self._parts):
            self._parts = self._parts()
        return self._parts

    def materialised(self) -> Sequence[torch.Tensor]:
        """The flat tensors, multiplied by their factors."""
        if self.factors is None:
            return self.parts
        return [p * _at(f, p) for p, f in zip(self.parts, self.factors, strict=True)]

    def map(self, function: Callable) -> Tensors:
        """Applies `function` part by part."""
        return Tensors([function(part) for part in self.materialised()])

    def _scaled(self, scalar: Any) -> Tensors:
        n = len(self.parts)
        new = scalar if isinstance(scalar, PerPart) else (scalar,) * n
        old = self.factors or (1,) * n
        return Tensors(self.parts, [a * b for a, b in zip(old, new, strict=True)])

    def _plus(self, other: Tensors, sign: int) -> Tensors:
        if other.factors is None:
            sums = zip(self.materialised(), other.parts, strict=True)
            return Tensors([torch.add(a, b, alpha=sign) for a, b in sums])
        factors = [sign * f for f in other.factors]
        rows = zip(self.materialised(), other.parts, factors, strict=True)
        return Tensors([_axpy(a, b, f) for a, b, f in rows])

    def __add__(self, other: Tensors) -> Tensors:
        return self._plus(other, 1)

    def __sub__(self, other: Tensors) -> Tensors:
        return self._plus(other, -1)

    def __mul__(self, scalar: Any) -> Tensors:
        return self if _is_one(scalar) else self._scaled(scalar)

    __rmul__ = __mul__

    def __truediv__(self, scalar: Any) -> Tensors:
        return self if _is_one(scalar) else self._scaled(1 / scalar)

    def __neg__(self) -> Tensors:
        return self._scaled(-1)

    def __repr__(self) -> str:
        return f"Tensors({[tuple(p.shape) for p in self.parts]})"


def _is_one(scalar: Any) -> bool:
    return isinstance(scalar, (int, float)) and scalar == 1


def _at(scalar: Any, part: torch.Tensor) -> Any:
    """A scalar where the part is: a tensor `()` crosses devices without waiting."""
    if isinstance(scalar, torch.Tensor) and scalar.device != part.device:
        return scalar.to(part.device, non_blocking=True)
    return scalar


def _axpy(a: torch.Tensor, b: torch.Tensor, factor: Any) -> torch.Tensor:
    """$a + s b$ in one new tensor."""
    if isinstance(factor, torch.Tensor):
        return torch.mul(b, _at(factor, b)).add_(a)
    return torch.add(a, b, alpha=factor)


@dot.register
def _(a: Tensors, b: Tensors) -> torch.Tensor:
    """Over all parts, `()`; half precision is summed in single precision."""
    terms = []
    for i, (p, q) in enumerate(zip(a.parts, b.parts, strict=True)):
        term = torch.dot(_summable(p), _summable(q))
        for factors in (a.factors, b.factors):
            term = term if factors is None else term * _at(factors[i], term)
        terms.append(_at(term, terms[0] if terms else term))
    return sum(terms[1:], start=terms[0])


def _summable(part: torch.Tensor) -> torch.Tensor:
    return part if part.dtype in (torch.float32, torch.float64) else part.float()


@sign.register
def _(v: Tensors) -> Tensors:
    return v.map(torch.sign)


@column.register
def _(x: Tensors, a: Any) -> Any:
    return a
