"""A landscape in a file of the user's own, as `--landscape path/to/mine.py` takes it.

    # mine.py
    box = (-3, 3)


    def mine(x, y):
        return x**2 - y**2 + y**4 / 4

By the file's name, or as `f`, it defines a function of the coordinates, a SymPy
expression, a Landscape, or a function that returns one of these and can be called
without arguments. `dim`, `box` and `start` beside it mean what they mean to
`landscapes.from_function.landscape`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from landscapes.landscape import Landscape
from landscapes.registry import from_file

BESIDE = ("dim", "box", "start")


def maker(path: str) -> Callable[..., Landscape]:
    """What makes the landscape of a file.

    Raises:
        ValueError: the file cannot be imported, or defines none.
    """
    module, name = from_file(path), Path(path).stem
    found = getattr(module, name, getattr(module, "f", None))
    beside = {word: getattr(module, word) for word in BESIDE if hasattr(module, word)}
    if found is None or not (callable(found) or _is_expression(found)):
        raise ValueError(
            f"`{name}.py` must define a function `{name}`, or `f`, of the coordinates, "
            "or one that returns a Landscape, or a SymPy expression of that name."
        )
    return partial(_made, found, name, beside)


def _made(found: Any, name: str, beside: dict, **options: Any) -> Any:
    from landscapes.from_function import landscape

    if callable(found) and not _is_expression(found):
        try:
            inspect.signature(found).bind(**options)
        except TypeError:  # it waits for coordinates
            return landscape(found, name=name, **beside | options)
        found, options = found(**options), {}
    if isinstance(found, Landscape) or not _is_expression(found):
        return found
    return landscape(found, name=name, **beside | options)


def _is_expression(found: Any) -> bool:
    import sympy

    return isinstance(found, sympy.Expr | Landscape)
