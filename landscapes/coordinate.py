"""Coordinate: one that writes down what a user's function does with it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from landscapes.without_overflow import sigmoid, softplus

# What NumPy, torch and Python call a function, where SymPy calls it otherwise.
OTHERWISE = {
    "absolute": "Abs", "abs": "Abs", "fabs": "Abs", "maximum": "Max", "max": "Max",
    "fmax": "Max", "minimum": "Min", "min": "Min", "fmin": "Min", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "ceil": "ceiling", "rint": "floor",
}  # fmt: skip
SAME = (
    "sqrt exp log sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh"
).split()
ARITHMETIC = {
    "add": operator.add, "sub": operator.sub, "subtract": operator.sub,
    "mul": operator.mul, "multiply": operator.mul, "divide": operator.truediv,
    "div": operator.truediv, "true_divide": operator.truediv, "pow": operator.pow,
    "power": operator.pow, "float_power": operator.pow, "negative": operator.neg,
    "neg": operator.neg, "positive": operator.pos, "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a, "exp2": lambda a: 2**a, "rsqrt": lambda a: a**-0.5,
    "expm1": lambda a: sympy.exp(a) - 1, "log1p": lambda a: sympy.log(1 + a),
    "log2": lambda a: sympy.log(a, 2), "log10": lambda a: sympy.log(a, 10),
    "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
    "logaddexp": lambda a, b: b + softplus(a - b), "sigmoid": sigmoid,
    "expit": sigmoid, "softplus": softplus, "logsigmoid": lambda a: -softplus(-a),
    "relu": lambda a: sympy.Max(a, 0), "greater": operator.gt, "gt": operator.gt,
    "greater_equal": operator.ge, "ge": operator.ge, "less": operator.lt,
    "lt": operator.lt, "less_equal": operator.le, "le": operator.le,
    "where": lambda rule, a, b: sympy.Piecewise((a, rule), (b, True)),
}  # fmt: skip


JUMPS = ("sign", "floor", "ceiling", "round")
KNOWN = {*SAME, *JUMPS, *OTHERWISE.values()}


class Untraceable(TypeError):
    """The function does something with its coordinates that is no formula."""


def operation(name: str) -> Callable:
    """SymPy's function for one of NumPy's or torch's name."""
    name = name.strip("_")
    if name in ARITHMETIC:
        return ARITHMETIC[name]
    name = OTHERWISE.get(name, name)
    if name not in KNOWN:
        raise Untraceable(f"`{name}` is no formula here")
    return getattr(sympy, name)


def expression(value: Any) -> Any:
    """What stands for a number, a traced coordinate or a formula made of them."""
    if isinstance(value, Coordinate):
        return value.formula
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return expression(value.item())  # an array or a tensor of no axis
    if isinstance(value, bool | int | float):
        return sympy.sympify(value)
    if isinstance(value, sympy.Basic):
        return value
    raise Untraceable(f"a {type(value).__name__} among numbers")


class Coordinate(np.lib.mixins.NDArrayOperatorsMixin):
    """A coordinate: operators and functions of NumPy, torch and SymPy give formulas.

    Args:
        formula: a SymPy expression or relation.
    """

    __slots__ = ("formula",)

    def __init__(self, formula: Any) -> None:
        self.formula = formula

    def __array_ufunc__(self, function: Any, way: str, *given: Any, **how: Any) -> Any:
        if way != "__call__" or how:
            raise Untraceable(f"`{function.__name__}.{way}` is no formula here")
        if any(isinstance(each, np.ndarray) and each.ndim for each in given):
            whole = [np.asarray(each, dtype=object) for each in given]
            return function(*whole)  # entry by entry: it comes back here
        return self._apply(function.__name__, given)

    def __array_function__(self, function: Any, _: Any, given: Any, how: Any) -> Any:
        return self._apply(function.__name__, (*given, *how.values()))

    @classmethod
    def __torch_function__(
        cls, function: Any, _: Any, given: Any = (), how: Any = None
    ) -> Any:
        return cls._apply(function.__name__, (*given, *(how or {}).values()))

    @staticmethod
    def _apply(name: str, given: Any) -> Coordinate:
        return Coordinate(operation(name)(*map(expression, given)))

    def __getattr__(self, name: str) -> Callable:
        """`np.exp` of an array of objects calls their method `exp`."""
        try:
            operation(name)
        except Untraceable:
            raise AttributeError(f"a coordinate has no `{name}`") from None
        return lambda *others: self._apply(name, (self, *others))

    def _sympy_(self) -> Any:
        return self.formula

    def __bool__(self) -> bool:
        raise Untraceable("the function branches on a coordinate")

    def __repr__(self) -> str:
        return f"Coordinate({self.formula})"
