"""What a user's function says of its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

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


def dimension_of(name: str, needed: list[str], open_ended: bool, dim: Any) -> int:
    """The number d of coordinates.

    Args:
        name: for messages.
        needed: the arguments that a function must be given.
        open_ended: whether it takes any more.
        dim: what is said of d beside it.

    Raises:
        ValueError: it cannot be told, or both say it differently.
    """
    d = dim if open_ended or len(needed) == 1 else len(needed)
    if not (open_ended or needed):
        raise ValueError(f"`{name}` takes no coordinate: write it as `{name}(x, y)`.")
    if d is None:
        raise ValueError(
            f"`{name}` takes one point of a dimension that it does not say: give "
            "dim=1 (then it may take a number) or more; in a file, a line `dim = 1`."
        )
    if not isinstance(d, int) or d < 1:
        raise ValueError(f"`{name}`: dim must be an integer >= 1, got {d!r}.")
    if dim not in (None, d):
        raise ValueError(
            f"`{name}` takes {d} coordinates ({', '.join(needed)}), but dim, box "
            f"or start has {dim}."
        )
    return d
