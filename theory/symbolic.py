"""Closed forms: a method's one definition run on SymPy symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from landscapes.components import Components
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from theory.base import gradient_descent
from theory.method import Method, minimum, nonzero, ratio, root


@root.register
def _(a: sympy.Basic) -> sympy.Expr:
    return sympy.sqrt(a)


@ratio.register
def _(a: sympy.Basic, b: Any) -> sympy.Expr:
    b = sympy.sympify(b)
    if b.is_zero is None:
        return sympy.Piecewise((a / b, sympy.Ne(b, 0)), (0, True))
    return sympy.S.Zero if b.is_zero else a / b


@nonzero.register
def _(b: sympy.Basic) -> sympy.Expr:
    if b.is_zero is None:
        return sympy.Piecewise((b, sympy.Ne(b, 0)), (1, True))
    return sympy.S.One if b.is_zero else b


@minimum.register
def _(a: sympy.Basic, b: float) -> sympy.Expr:
    return sympy.Min(a, b)


def closed_form(
    method: Method, spectrum: Sequence[Any], w: Sequence[Any], eta: Any
) -> tuple[sympy.Expr, ...]:
    r"""One step of a method on $f = \tfrac12\sum_i \lambda_i w_i^2$, exactly.

    Args:
        method: its hyperparameters may be SymPy symbols.
        spectrum: the eigenvalues, d numbers or symbols.
        w: the point, d numbers or symbols; assume it nonzero or positive, and the zero
            cases of `unit` and `ratio` decide themselves.
        eta: the learning rate.

    Returns:
        The next point, d expressions. `sympy.latex` prints them.
    """
    landscape = Quadratic(Components(map(sympy.sympify, spectrum)))
    x = Components(map(sympy.sympify, w))
    d, _, _ = method.direction(x, method.init(x), Sample(landscape))
    x, _ = gradient_descent.update(x, d, (), sympy.sympify(eta))
    return tuple(sympy.factor(part) for part in x)


def multiplier(method: Method, lam: Any, eta: Any) -> sympy.Expr:
    r"""$w_{t+1}/w_t$ along one eigenvector, from a positive $w_t$."""
    w = sympy.Symbol("w", positive=True)
    return sympy.simplify(closed_form(method, [lam], [w], eta)[0] / w)
