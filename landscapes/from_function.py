r"""A landscape from what you have: a formula, a function, a network with its data.

    from landscapes.from_function import landscape

    mine = landscape(lambda x, y: x**2 - y**2 + y**4 / 4)
    mine.saddles, mine.minima, mine.latex

A function is followed through Python's operators and the functions of NumPy, torch or
SymPy, so that it becomes a formula, with exact derivatives, LaTeX and compiled engines.
Where it is none, torch differentiates it. Where torch cannot either, it is refused: no
derivative is guessed from differences.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy

from landscapes.analytic import Analytic
from landscapes.checked_function import compared, derived, finite
from landscapes.formula import parsed, smooth, variables
from landscapes.landscape import Landscape
from landscapes.user_frame import dimension, frame
from landscapes.user_function import MIXED, UserFunction, line


def landscape(
    f: Any,
    dim: int | None = None,
    *,
    box: Sequence | None = None,
    start: Sequence[float] | None = None,
    name: str | None = None,
    symbols: Sequence | str | None = None,
    data: tuple[Any, Any] | None = None,
    loss: str | Callable = "cross_entropy",
    declared_points: Sequence | None = None,
    constants: dict[str, float] | None = None,
) -> Landscape:
    r"""The landscape of f.

    Args:
        f: one of these. A function of d numbers, `f(x, y)`, or of one point, `f(x)`
            with `x[0]`, `x[1]`, ..., that gives a number; a SymPy expression, or its
            text, `"x**2 - y**2"`; a torch module, with `data`.
        dim: d, where f does not say it: a function of one point.
        box: `(low, high)` for all axes or a pair an axis, where f is drawn and its
            critical points are sought; default: (-2, 2).
        start: the default start; default: a point of the box off its symmetries.
        name: for messages, tables and files; default: the function's.
        symbols: the coordinates of an expression in their order; default: by name.
        data: examples and targets of a torch module.
        loss: of a torch module, see `landscapes.network.Network`.
        declared_points: the critical points, where you know them (in more than three
            dimensions they are not searched).
        constants: what is known of f, for instance `{"mu": 0.1, "beta": 1.0}`.

    Returns:
        An `Analytic`, an `Autograd` (a function that is no formula), or a `Network`.

    Raises:
        ValueError: one line on what is wrong: syntax, shape, number of variables, a
            value that is not finite, no derivative.
    """
    if isinstance(f, Landscape):
        return f
    if hasattr(f, "named_parameters"):
        return _network(f, data, loss, name)
    known = {"declared_points": declared_points, "constants": dict(constants or {})}
    if isinstance(f, str):
        f = parsed(f)
    if isinstance(f, sympy.Expr | int | float):
        name = name or "expression"
        formula, xs = variables(name, sympy.sympify(f), symbols)
        if dim not in (None, len(xs)):
            raise ValueError(
                f"`{name}` has the variables {', '.join(map(str, xs))}, but dim = "
                f"{dim}; name all in symbols=."
            )
        around = frame(name, len(xs), box, start)
        return _analytic(name, smooth(name, formula), xs, around | known)
    if not callable(f):
        raise ValueError(
            "a landscape is made of a function, a SymPy expression or a torch module, "
            f"got {type(f).__name__}."
        )
    name = name or getattr(f, "__name__", type(f).__name__).replace("<lambda>", "f")
    function = UserFunction.of(name, f, dimension(name, dim, box, start))
    return _of_function(function, frame(name, function.dim, box, start) | known)


def _network(module: Any, data: Any, loss: str | Callable, name: str | None) -> Any:
    if data is None or len(data) != 2:
        raise ValueError(
            "a torch module is a landscape over its parameters only with data: give "
            "data=(X, y), and loss= where it is not cross_entropy."
        )
    from landscapes.network import Network

    return Network(module, *data, loss=loss, name=name or type(module).__name__)


def _of_function(function: UserFunction, options: dict) -> Landscape:
    """The formula of a function; else what torch differentiates."""
    name, start = function.name, np.array(options["start"])
    first, again = function.number(start), function.number(start)
    if first != again and np.isfinite([first, again]).all():
        raise ValueError(
            f"`{name}` is no function: at one point it gives {first:g}, then {again:g}."
        )
    finite(name, "it", first, start)
    try:
        formula, xs = function.formula()
    except Exception as error:
        made = _differentiated(function, options, error)
    else:
        made = _analytic(name, smooth(name, formula), xs, options)
    compared(function, made)
    return made


def _analytic(name: str, formula: Any, xs: tuple, options: dict) -> Analytic:
    """Of an expression; it and its derivatives are evaluated once."""
    made = Analytic(name, xs, formula, **options)
    derived(made)
    return made


def _differentiated(function: UserFunction, options: dict, why: Exception) -> Landscape:
    from landscapes.autograd import Autograd

    made = Autograd(function.name, function.of_tensor, **options)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is refused just below
            made.gradient(np.array(made.start))
    except Exception as error:
        why = error if MIXED in str(error) else why
        raise ValueError(
            f"`{function.name}` cannot be differentiated ({line(why)}): write it with "
            "+ - * / **, np.where instead of if, and functions of numpy, torch or "
            "sympy instead of math."
        ) from error
    derived(made)
    return made
