"""What a user's function says of its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import sympy

from landscapes.coordinate import Coordinate


def taken(f: Callable) -> tuple[list[str], bool]:
    """Names of the arguments it must be given in their order, and whether any more."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # written in C: it does not say
        return ["x"], False
    needed = [
        p.name
        for p in parameters
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        and p.default is p.empty
    ]
    return needed, any(p.kind == p.VAR_POSITIONAL for p in parameters)


def takes_a_number(f: Callable) -> bool:
    """Whether a function of one argument is given the coordinate itself."""
    try:
        f(Coordinate(sympy.Symbol("x", real=True)))
    except Exception:
        return False
    return True
