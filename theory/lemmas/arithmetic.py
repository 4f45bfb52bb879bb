"""Arithmetic: the value of a tree of operations, in numbers of the given kind.

A tree is a Fraction, a name, or a tuple of an operation and what it acts on:
`("<", ("*", "eta", "mu"), Fraction(2))`; an exponent is an int.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from typing import Any

_NUMBERS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    # NaN to the power 0 is NaN: what is undefined stays so.
    "**": lambda x, n: x**n if n else 1 + 0 * x,
    "neg": operator.neg,
}
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """How numbers of one kind are made and joined.

    Args:
        number: makes one of this kind.
        defined: passes what is finite.
        functions: sqrt, min and max.
        joins: of truth values: `and` and `or`.
        quiet: within which the kind does not warn.
    """

    number: Callable
    defined: Callable
    functions: dict[str, Callable]
    joins: dict[str, Callable[[Iterable], Any]]
    quiet: Callable[[], AbstractContextManager] = nullcontext

    def value(self, tree: Any, values: dict[str, Any]) -> Any:
        """A number, or a truth value.

        Raises:
            ArithmeticError, ValueError: it is undefined (of arrays: NaN).
        """
        match tree:
            case Fraction():
                return self.number(tree)
            case str():
                return self.defined(self.number(values[tree]))
            case int():
                return tree
        operation, *parts = tree
        found = (self.value(part, values) for part in parts)
        if operation in self.joins:
            return self.joins[operation](found)
        if operation in _ORDERS:
            return _ORDERS[operation](*found)
        return self.defined((_NUMBERS | self.functions)[operation](*found))


def arithmetic(values: Iterable) -> Arithmetic:
    """Exact if all are ints or Fractions, of arrays if one is, else of floats.

    Arrays are of the common shape of all values.
    """
    values = list(values)
    if any(getattr(value, "ndim", 0) for value in values):
        return _arrays(values)
    rational = all(isinstance(value, (int, Fraction)) for value in values)
    return _EXACT if rational else _FLOAT


def root(x: Fraction) -> Fraction:
    """The square root; of no square it is rounded down, by less than 2^-60 of it.

    Raises:
        ValueError: x < 0.
    """
    # sqrt(p/q) = sqrt(pq)/q, and pq is a square iff p and q are.
    product = x.numerator * x.denominator
    shift = max(0, 62 - product.bit_length() // 2)
    return Fraction(math.isqrt(product << 2 * shift), x.denominator << shift)


def _finite(x: float) -> float:
    if not math.isfinite(x):
        raise ArithmeticError
    return x


_LEAST, _SHORT = {"min": min, "max": max}, {"and": all, "or": any}
_EXACT = Arithmetic(Fraction, Fraction, _LEAST | {"sqrt": root}, _SHORT)
_FLOAT = Arithmetic(float, _finite, _LEAST | {"sqrt": math.sqrt}, _SHORT)


def _arrays(values: list) -> Arithmetic:
    import numpy as np

    shape = np.broadcast_shapes(*map(np.shape, values))
    return Arithmetic(
        lambda v: np.broadcast_to(np.asarray(v, dtype=float), shape),
        lambda v: np.where(np.isfinite(v), v, np.nan),
        {
            "sqrt": np.sqrt,
            "min": lambda *xs: np.min(xs, axis=0),
            "max": lambda *xs: np.max(xs, axis=0),
        },
        {"and": partial(reduce, operator.and_), "or": partial(reduce, operator.or_)},
        lambda: np.errstate(all="ignore"),
    )
