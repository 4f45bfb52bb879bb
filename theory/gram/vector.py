"""Points, gradients and values of any function, and what is linear in their products.

A `Vector` is a linear combination of named basis vectors, a `Form` an affine function
of their inner products (the Gram matrix) and of function values. A method runs on
Vectors as on arrays. Coefficients are floats, fractions or polynomials. No library is
needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.gram.polynomial import as_polynomial, inverse
from theory.method import dot, minimum, nonzero, ratio, root
from theory.smallest import count


def _sum(one: dict, other: dict) -> dict:
    total = dict(one)
    for key, value in other.items():
        total[key] = total[key] + value if key in total else value
    return {key: value for key, value in total.items() if value != 0}


def _times(terms: dict, factor: Any) -> dict:
    scaled = {key: value * factor for key, value in terms.items()}
    return {key: value for key, value in scaled.items() if value != 0}


class Linear:
    """The arithmetic that Vectors and Forms share."""

    terms: dict

    def _new(self, terms: dict) -> Any:
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        if other == 0 and not isinstance(other, Linear):
            return self
        if type(other) is not type(self):
            raise TypeError("a sum of different kinds")
        return self._new(_sum(self.terms, other.terms))

    def __mul__(self, factor: Any) -> Any:
        if isinstance(factor, (Linear, Norm)):
            raise TypeError("a product of coordinates")
        return self._new(_times(self.terms, factor))

    def __truediv__(self, divisor: Any) -> Any:
        if isinstance(divisor, (Linear, Norm)):
            raise TypeError("a quotient of coordinates")
        return self * inverse(divisor)

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + -other

    __radd__, __rmul__ = __add__, __mul__


@dataclass(frozen=True, eq=False)
class Vector(Linear):
    """A linear combination of basis vectors.

    Args:
        terms: coefficients by name.
        trace: gives names to what is not linear: `unit(v)` and `ratio(v, u)`, the
            quotient of two norms.
    """

    terms: dict[str, Any]
    trace: Any

    def _new(self, terms: dict) -> Vector:
        return Vector(terms, self.trace)

    def __truediv__(self, divisor: Any) -> Vector:
        if isinstance(divisor, Norm) and self.same(divisor.vector):
            return self.trace.unit(self)
        return Linear.__truediv__(self, divisor)

    def same(self, other: Vector) -> bool:
        """Whether the coefficients are."""
        return not (self - other).terms

    def __abs__(self) -> Any:
        raise TypeError("a size of coordinates")


@dataclass(frozen=True, eq=False)
class Form(Linear):
    r"""An affine function of inner products and function values.

    Args:
        terms: coefficients by `(i, j)`, i <= j, of $\langle i, j\rangle$ (counted
            once), by name of a value, and by `()` of 1.
        square: the Vector whose squared norm it is, if it was made so.
    """

    terms: dict[Any, Any]
    square: Vector | None = None

    def _new(self, terms: dict) -> Form:
        return Form(terms)


@dataclass(frozen=True, eq=False)
class Norm:
    r"""$\|v\|$, which is not linear: one may divide by it, and another norm by it."""

    vector: Vector


@dot.register
def _(a: Vector, b: Vector) -> Form:
    terms: dict = {}
    for i, p in a.terms.items():
        for j, q in b.terms.items():
            terms = _sum(terms, {(min(i, j), max(i, j)): p * q})
    return Form(terms, a if a.same(b) else None)


@root.register
def _(a: Form) -> Norm:
    if a.square is None:
        raise TypeError("a root that is no norm")
    return Norm(a.square)


@nonzero.register
def _(b: Norm) -> Norm:
    return b  # a zero gradient is a case of its own: nothing moves


@ratio.register
def _(a: Norm, b: Any) -> Any:
    if not isinstance(b, Norm):
        raise TypeError("a norm that is not divided by another")
    if a.vector.same(b.vector):
        return as_polynomial(1)
    return a.vector.trace.ratio(a.vector, b.vector)


@count.register
def _(x: Vector) -> int:
    raise TypeError("a number of coordinates")


@ratio.register(Form)
@minimum.register(Form)
def _(a: Form, b: Any) -> Any:
    raise TypeError("a quotient or a minimum of inner products")
