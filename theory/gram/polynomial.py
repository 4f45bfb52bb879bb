"""Polynomials in a few named parameters, over any numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import comb, prod
from numbers import Number
from typing import Any


@dataclass(frozen=True, eq=False)
class Polynomial:
    """A sum of monomials; exact where its coefficients are.

    Args:
        terms: coefficients by monomial, the sorted names of its factors:
            `("eta", "rho", "rho")` is eta rho^2. None is zero.
    """

    terms: dict[tuple[str, ...], Any]

    def __add__(self, other: Any) -> Polynomial:
        terms = dict(self.terms)
        for key, value in as_polynomial(other).terms.items():
            terms[key] = terms[key] + value if key in terms else value
        return Polynomial({key: value for key, value in terms.items() if value != 0})

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, (Polynomial, Number)):
            return NotImplemented
        total = Polynomial({})
        for key, value in as_polynomial(other).terms.items():
            mine = self.terms.items()
            total = total + Polynomial(
                {tuple(sorted(k + key)): v * value for k, v in mine if v * value != 0}
            )
        return total

    def __neg__(self) -> Polynomial:
        return self * -1

    def __sub__(self, other: Any) -> Polynomial:
        return self + -1 * as_polynomial(other)

    def __rsub__(self, other: Any) -> Polynomial:
        return as_polynomial(other) - self

    def __truediv__(self, number: Any) -> Polynomial:
        return self * inverse(number)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, (Polynomial, Number)):
            return NotImplemented
        return not (self - other).terms

    __radd__, __rmul__, __hash__ = __add__, __mul__, None

    def degree(self, name: str) -> int:
        """In one parameter."""
        return max((key.count(name) for key in self.terms), default=0)

    def __call__(self, **values: Any) -> Any:
        """The value at given parameters."""
        return sum(
            prod((values[name] for name in key), start=value)
            for key, value in self.terms.items()
        )

    def control(self, box: dict[str, tuple], index: dict[str, tuple[int, int]]) -> Any:
        r"""A coefficient in Bernstein form on a box: a polar value.

        In one parameter on $[l, h]$, of degree n, the k-th is the polar form at
        $n-k$ times l and k times h: of $x^p$ it is the mean of the products of p of
        these. Between their least and largest value lie all values on the box.

        Args:
            box: ends `(l, h)` of every parameter.
            index: `(k, n)` of every parameter, n at least the degree in it.
        """
        total: Any = 0
        for key, value in self.terms.items():
            powers = Counter(key)
            total += prod(
                (polar(*box[n], *index[n], powers[n]) for n in powers), start=value
            )
        return total


def polar(low: Any, high: Any, k: int, n: int, power: int) -> Any:
    """The mean product of `power` out of n - k times low and k times high."""
    ways = (
        comb(k, j) * comb(n - k, power - j) * high**j * low ** (power - j)
        for j in range(max(0, power + k - n), min(k, power) + 1)
    )
    return sum(ways) / comb(n, power)


def inverse(number: Any) -> Any:
    """1 / number, exact for a whole one."""
    return Fraction(1, number) if isinstance(number, int) else 1 / number


def variable(name: str) -> Polynomial:
    """The polynomial that is one parameter."""
    return Polynomial({(name,): 1})


def as_polynomial(value: Any) -> Polynomial:
    """A number as a constant polynomial."""
    if isinstance(value, Polynomial):
        return value
    return Polynomial({(): value} if value != 0 else {})
