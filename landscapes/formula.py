"""A formula as a landscape needs it: its variables, and that it has derivatives."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import sympy
from sympy.core.function import AppliedUndef
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations

from landscapes.without_overflow import log_cosh, sigmoid, softplus

KINKED = (sympy.Abs, sympy.Max, sympy.Min)
JUMPING = (sympy.floor, sympy.ceiling, sympy.sign, sympy.Heaviside, sympy.Mod)
SMOOTH = (
    *(sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.asin, sympy.acos),
    *(sympy.atan, sympy.atan2, sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh),
    *(sympy.acosh, sympy.atanh, sympy.Piecewise, softplus, sigmoid, log_cosh),
)
WRITTEN = (  # what the text of a formula may consist of
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Call),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
EXACT = 2**31  # the largest integers of a fraction that is evaluated as one
CONSTANTS = ("pi", "E")


def parsed(text: str) -> sympy.Expr:
    """A formula from its text; a name that is no function is a variable.

    Raises:
        ValueError: the text is no formula.
    """
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
        for node in ast.walk(tree):
            if not isinstance(node, WRITTEN):
                raise SyntaxError(f"{type(node).__name__} is no part of a formula")
        called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        names = {
            n.id
            for n in ast.walk(tree)
            if isinstance(n, ast.Name) and id(n) not in called
        }
        free = {n: sympy.Symbol(n) for n in names - set(CONSTANTS)}
        rules = (*standard_transformations, convert_xor)
        found = parse_expr(text, local_dict=free, transformations=rules)
    except Exception as error:
        told = getattr(error, "msg", None) or str(error).partition("\n")[0]
        raise ValueError(f"`{text}` is no formula: {told}") from error
    if not isinstance(found, sympy.Expr):
        raise ValueError(f"`{text}` is no formula: it is a {type(found).__name__}.")
    return found


def variables(
    name: str, f: sympy.Expr, given: Sequence | str | None
) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    """The formula in real symbols, and these: as given, else sorted (x2 before x10).

    Raises:
        ValueError: there is none, or one that was not given.
    """
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    free = {s.name for s in f.free_symbols}
    names = [str(each) for each in given or sorted(free, key=_natural)]
    if not names:
        raise ValueError(
            f"`{name}` names no variable: it is the constant {f}; give symbols=."
        )
    if free - set(names):
        raise ValueError(
            f"`{name}` has the variables {', '.join(sorted(free, key=_natural))}, "
            f"symbols= names {', '.join(names)}."
        )
    real = {n: sympy.Symbol(n, real=True) for n in names}
    return f.xreplace({s: real[s.name] for s in f.free_symbols}), tuple(real.values())


def _natural(name: str) -> list:
    return [
        (int(part or 0) if i % 2 else 0, part)
        for i, part in enumerate(re.split(r"(\d+)", name))
    ]


def smooth(name: str, f: sympy.Expr) -> sympy.Expr:
    """The formula as it is differentiated: fractions exact, kinks in pieces.

    At a kink of |x| or a maximum, the derivative is that of one side.

    Raises:
        ValueError: it jumps, is complex, or has a function that is not known here.
    """
    f = f.xreplace({number: _exact(number) for number in f.atoms(sympy.Float)})
    f = f.replace(lambda e: isinstance(e, KINKED), lambda e: e.rewrite(sympy.Piecewise))
    if jumps := f.atoms(*JUMPING):
        raise ValueError(
            f"`{name}` cannot be differentiated: it jumps with {_first(jumps)}."
        )
    if unknown := f.atoms(AppliedUndef):
        raise ValueError(
            f"`{name}` has the unknown function {_first(unknown)}: write it out."
        )
    if f.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo):
        raise ValueError(f"`{name}` is not real and finite: it is {f}.")
    functions = f.atoms(sympy.Function) | f.atoms(sympy.Piecewise)
    if strange := {e for e in functions if not isinstance(e, SMOOTH)}:
        known = ", ".join(sorted(each.__name__ for each in SMOOTH))
        raise ValueError(
            f"`{name}` has {_first(strange)}, which is not evaluated here; these are: "
            f"{known}."
        )
    return f


def _exact(number: sympy.Float) -> sympy.Expr:
    """1/10 for .1, where the fraction is a small one."""
    fraction = sympy.Rational(repr(float(number)))
    small = max(abs(fraction.p), fraction.q) < EXACT
    return fraction if small else number


def _first(found: set) -> str:
    return f"`{min(map(str, found))}`"
