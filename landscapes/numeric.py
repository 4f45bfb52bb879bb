"""Formulas as functions of NumPy or torch, written so that they run fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy
from sympy.codegen.rewriting import create_expand_pow_optimization

from landscapes.without_overflow import numerics

# x**3 as a library power costs eight times x*x*x.
_expand_powers = create_expand_pow_optimization(8)


def lambdified(
    symbols: Sequence[sympy.Symbol], formulas: list[sympy.Expr], library: str
) -> Callable:
    """A function of the coordinates that gives the list of the formulas' values.

    Args:
        symbols: the coordinates.
        formulas: expressions in them.
        library: `numpy` or `torch`.
    """
    modules = [numerics(library), library]
    return sympy.lambdify(symbols, formulas, modules=modules, cse=_subexpressions)


def _subexpressions(expressions: list) -> tuple[list, list]:
    """Common subexpressions, small powers written as products, constants as numbers."""
    named, reduced = sympy.cse([e.replace(_is_constant, _number) for e in expressions])
    return [(s, _expand_powers(e)) for s, e in named], [
        _expand_powers(e) for e in reduced
    ]


def _is_constant(e: sympy.Basic) -> bool:
    """Such as log 2, which torch computes of no number."""
    inside = isinstance(e, sympy.Expr) and e.is_number
    return inside and not (e.is_Atom or e.is_Rational)


def _number(e: sympy.Expr) -> sympy.Expr:
    return e.evalf(17)
