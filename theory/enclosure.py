"""Numbers between two fractions, on which the methods run: steps without rounding."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

UNIT = 2**256  # ends are multiples of 1 / UNIT, rounded outward


@dataclass(frozen=True, eq=False)
class Enclosure:
    """A real number known to lie in [low, high].

    Arithmetic and the square root (`** 0.5`) enclose every possible result, so what a
    run of them shows has no rounding in it.

    Args:
        low: a fraction.
        high: one not below it.
    """

    low: Fraction
    high: Fraction

    def __add__(self, other: Any) -> Enclosure:
        b = enclosed(other)
        return outward(self.low + b.low, self.high + b.high)

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.high, -self.low)

    def __abs__(self) -> Enclosure:
        if self.low < 0 < self.high:
            return Enclosure(Fraction(0), max(-self.low, self.high))
        return self if self.low >= 0 else -self

    def __sub__(self, other: Any) -> Enclosure:
        return self + -enclosed(other)

    def __mul__(self, other: Any) -> Enclosure:
        if not isinstance(other, KINDS):
            return NotImplemented  # a point's
        b = enclosed(other)
        ends = [p * q for p in (self.low, self.high) for q in (b.low, b.high)]
        return outward(min(ends), max(ends))

    def __truediv__(self, other: Any) -> Enclosure:
        b = enclosed(other)
        if b.low <= 0 <= b.high:
            raise ValueError(f"a divisor must not enclose 0, got {b}.")
        return self * Enclosure(1 / b.high, 1 / b.low)

    def __rsub__(self, other: Any) -> Enclosure:
        return -self + other

    def __pow__(self, power: float) -> Enclosure:
        if power != 0.5 or self.low < 0:
            raise ValueError(f"only square roots of numbers >= 0, got {self}**{power}.")
        low, high = (int(end * UNIT**2) for end in (self.low, self.high))
        return Enclosure(Fraction(isqrt(low), UNIT), Fraction(isqrt(high) + 1, UNIT))

    def __eq__(self, other: Any) -> bool:
        b = enclosed(other)
        if self.low > b.high or self.high < b.low:
            return False
        if self.low == self.high == b.low == b.high:
            return True
        raise ValueError(f"{self} and {b} may be equal or not.")

    __radd__, __rmul__, __hash__ = __add__, __mul__, None


KINDS = (int, Fraction, Enclosure)


def enclosed(value: int | Fraction | Enclosure) -> Enclosure:
    """A fraction as an enclosure of no width."""
    if isinstance(value, Enclosure):
        return value
    return Enclosure(Fraction(value), Fraction(value))


def outward(low: Fraction, high: Fraction) -> Enclosure:
    """Rounded to multiples of 1 / UNIT, away from each other."""
    return Enclosure(
        Fraction(low * UNIT // 1, UNIT), Fraction(-(-high * UNIT // 1), UNIT)
    )
