"""Components: a point of R^d kept as d separate coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Components:
    r"""A batch of points $x = (x_1, \dots, x_d)$, one array a coordinate.

    The same arithmetic as an array of shape `(..., d)`, but no operation ever touches
    a stacked axis, so that a compiler fuses a whole step into one kernel, and the
    coordinates may as well be SymPy expressions. A scalar of the batch (a norm, a
    learning rate) has the shape `(...)` of one coordinate.

    Args:
        parts: the coordinates; arrays, tensors, numbers or SymPy expressions.
    """

    __slots__ = ("parts",)
    # NumPy scalars and arrays on the left must hand the operation over to us.
    __array_ufunc__ = None

    def __init__(self, parts: Any) -> None:
        self.parts = tuple(parts)

    def map(self, function: Callable, *others: Components) -> Components:
        """Applies `function` coordinate by coordinate."""
        columns = (self.parts, *(other.parts for other in others))
        return Components(function(*row) for row in zip(*columns, strict=True))

    def _binary(self, other: Any, function: Callable) -> Components:
        if isinstance(other, Components):
            return self.map(function, other)
        return Components(function(part, other) for part in self.parts)

    def __add__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: b + a)

    def __sub__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: b * a)

    def __truediv__(self, other: Any) -> Components:
        return self._binary(other, lambda a, b: a / b)

    def __neg__(self) -> Components:
        return self.map(lambda a: -a)

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator:
        return iter(self.parts)

    def __repr__(self) -> str:
        return f"Components({list(self.parts)!r})"
