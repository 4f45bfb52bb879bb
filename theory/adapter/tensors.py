"""Tensors: the parameters of a network as one point, in a few flat parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from theory.adapter.flat import Flat
from theory.method import (
    absolute,
    column,
    dot,
    fill,
    maximum,
    minimum,
    ratio,
    root,
    sign,
)
from theory.smallest import count, smallest

# On a processor one float32 sum over 10^7 squares errs by 1e-5; sums of chunks do not.
CHUNK = 1 << 16


class PerPart(tuple):
    """A scalar with a value of its own for every part: the radius of each group."""

    def __truediv__(self, scalar: Any) -> PerPart:
        return PerPart(value / scalar for value in self)


class Tensors:
    r"""A point of $R^P$ in flat parts, each with a factor that is multiplied in late.

    A part holds the parameters of one data type and device (and of one group, where
    groups have radii of their own): one operation a part, not one a parameter.
    Multiplying by a scalar makes no new tensor, nor does adding multiples of one
    vector, and $x + a v$ makes one: $\rho\,u(g)$ is never formed. No operation waits
    for a device.

    Args:
        parts: the flat tensors, `(P_i,)`, or a function that gives them when they are
            first needed.
        factors: a scalar for each, a number or a tensor `()`; None is 1.
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
        return [p * at(f, p) for p, f in zip(self.parts, self.factors, strict=True)]

    def multiple_of(self, other: Tensors) -> bool:
        """Whether both have the same parts, up to factors."""
        return self._parts is other._parts

    def map(self, function: Callable) -> Tensors:
        """Applies `function` part by part."""
        return Tensors([function(part) for part in self.materialised()])

    def _scaled(self, scalar: Any) -> Tensors:
        if isinstance(scalar, (int, float)) and scalar == 1:
            return self
        old = self.factors or (1,) * len(self.parts)
        new = scalar if isinstance(scalar, PerPart) else (scalar,) * len(old)
        return Tensors(self.parts, [a * b for a, b in zip(old, new, strict=True)])

    def _plus(self, other: Tensors, sign: int) -> Tensors:
        factors = [sign * f for f in other.factors or (1,) * len(other.parts)]
        if self.multiple_of(other):
            own = self.factors or (1,) * len(self.parts)
            sums = [a + b for a, b in zip(own, factors, strict=True)]
            return Tensors(self.parts, sums)
        return Tensors(_sum(self.materialised(), other.parts, factors))

    def __add__(self, other: Any) -> Tensors:
        if not isinstance(other, Tensors):
            return self.map(lambda part: part + at(other, part))
        return self._plus(other, 1)

    def __sub__(self, other: Tensors) -> Tensors:
        return self._plus(other, -1)

    def __mul__(self, other: Any) -> Tensors:
        if not isinstance(other, Tensors):
            return self._scaled(other)
        product = Tensors(_each(torch.mul, self.parts, other.parts))
        for factors in (self.factors, other.factors):
            product = product if factors is None else product * PerPart(factors)
        return product

    def __rmul__(self, scalar: Any) -> Tensors:
        return self._scaled(scalar)

    def __truediv__(self, scalar: Any) -> Tensors:
        return self._scaled(1 / scalar)

    def __neg__(self) -> Tensors:
        return self._scaled(-1)

    def __reduce__(self) -> tuple:
        return Tensors, (list(self.parts), self.factors)

    def __repr__(self) -> str:
        return f"Tensors({list(self.materialised())!r})"


def at(scalar: Any, part: torch.Tensor) -> Any:
    """A scalar where a part is; a tensor `()` crosses between devices unawaited."""
    if isinstance(scalar, torch.Tensor) and scalar.device != part.device:
        return scalar.to(part.device, non_blocking=True)
    return scalar


def _room(a: Sequence, b: Sequence) -> Sequence[torch.Tensor]:
    """Memory for a point beside a and b, of their pool if they have one."""
    owner = next((flat for flat in (a, b) if isinstance(flat, Flat)), None)
    return [torch.empty_like(p) for p in a] if owner is None else owner.pool.take()


def _sum(a: Sequence, b: Sequence, factors: Sequence) -> Sequence[torch.Tensor]:
    """$a + s b$, part by part."""
    new = _room(a, b)
    for p, q, factor, out in zip(a, b, factors, new, strict=True):
        if isinstance(factor, torch.Tensor):
            torch.mul(q, at(factor, q), out=out).add_(p)
        else:
            torch.add(p, q, alpha=factor, out=out)
    return new


def _each(function: Callable, a: Sequence, b: Sequence) -> Sequence[torch.Tensor]:
    """A function of two coordinates, part by part."""
    new = _room(a, b)
    for p, q, out in zip(a, b, new, strict=True):
        function(p, q, out=out)
    return new


@dot.register
def _(a: Tensors, b: Tensors) -> torch.Tensor:
    """Over all parts, `()`, in their precision, half precision in single."""
    terms: list[torch.Tensor] = []
    for i, (p, q) in enumerate(zip(a.parts, b.parts, strict=True)):
        term = _dot(p, q)
        for factors in (a.factors, b.factors):
            term = term if factors is None else term * at(factors[i], term)
        terms.append(at(term, terms[0]) if terms else term)
    return sum(terms[1:], start=terms[0])


def _dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.dtype in (torch.float16, torch.bfloat16):
        a, b = a.float(), b.float()
    if a.device.type != "cpu" or len(a) <= CHUNK:
        return torch.dot(a, b.to(a.dtype))
    chunks = zip(a.split(CHUNK), b.to(a.dtype).split(CHUNK), strict=True)
    return torch.stack([torch.dot(p, q) for p, q in chunks]).sum()


@sign.register
def _(v: Tensors) -> Tensors:
    return v.map(torch.sign)


@absolute.register
def _(v: Tensors) -> Tensors:
    return v.map(torch.abs)


@root.register
def _(a: Tensors) -> Tensors:
    return a.map(torch.sqrt)


@ratio.register
def _(a: Tensors, b: Tensors) -> Tensors:
    return Tensors(_each(_ratio, a.materialised(), b.materialised()))


def _ratio(p: torch.Tensor, q: torch.Tensor, out: torch.Tensor) -> None:
    # The last is NaN where q has overflown.
    torch.div(p, q, out=out).masked_fill_(q == 0, 0).add_(q, alpha=0)


@minimum.register
def _(a: Tensors, b: Tensors) -> Tensors:
    return Tensors(_each(torch.minimum, a.materialised(), b.materialised()))


@maximum.register
def _(a: Tensors, b: Tensors) -> Tensors:
    return Tensors(_each(torch.maximum, a.materialised(), b.materialised()))


@fill.register
def _(v: Tensors, places: list[slice], value: float) -> Tensors:
    """The places are those in all parts, one after another; none lies in two."""
    parts, start = v.map(torch.clone).parts, 0
    for part in parts:
        for place in places:
            if start <= place.start < start + len(part):
                part[place.start - start : place.stop - start] = value
        start += len(part)
    return Tensors(parts)


def joined(x: Tensors) -> torch.Tensor:
    """All coordinates in one vector, part by part, where the first part is."""
    parts = x.materialised()
    return torch.cat([part.to(parts[0].device) for part in parts])


def parted(v: torch.Tensor, x: Tensors) -> Tensors:
    """A vector of all coordinates in the parts of x, where they are."""
    rows = zip(v.split([len(part) for part in x.parts]), x.parts, strict=True)
    return Tensors([own.to(part) for own, part in rows])


@count.register
def _(x: Tensors) -> int:
    return sum(map(len, x.parts))


@smallest.register
def _(scores: Tensors, k: int, mask: Tensors | None = None, of: int = 1) -> Tensors:
    """Over all parts at once; ties by the place in the parts, one after another."""
    among = None if mask is None else joined(mask)
    return parted(smallest(joined(scores), k, among, of), scores)


@column.register
def _(x: Tensors, a: Any) -> Any:
    return a
