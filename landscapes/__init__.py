"""What is minimised: one surface a file, found by `names`, made by `load`."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landscapes.registry import definitions, unknown

if TYPE_CHECKING:
    from landscapes.landscape import Landscape


def names() -> list[str]:
    """Names of all landscapes in this folder."""
    return list(definitions("landscapes"))


def load(name: str, **options: Any) -> Landscape:
    """Makes a landscape by its name or from a user's own file.

    Args:
        name: a name out of `names()`, or the path of a Python file that defines, by
            its own name or as `f`, what `landscapes.own_file` describes: a function of
            the coordinates, a SymPy expression, or what returns a Landscape.
        **options: passed to the function.

    Raises:
        ValueError: the name is unknown (the nearest are named), or the file does not
            define such a thing.
    """
    if name.endswith(".py"):
        from landscapes.own_file import maker

        name, function = Path(name).stem, maker(name)
    elif name in names():
        function = getattr(importlib.import_module(f"landscapes.{name}"), name)
    else:
        own = f" Your file is `{name}.py`." if Path(f"{name}.py").is_file() else ""
        raise ValueError(f"{unknown('landscape', name, names())}{own}")
    # Not at the top: the methods, which need Components only, import no numpy.
    from landscapes.landscape import Landscape

    made = _call(name, function, options)
    if not isinstance(made, Landscape):
        raise ValueError(
            f"`{name}()` must return a Landscape, got {type(made).__name__}."
        )
    return made


def _call(name: str, function: Callable, options: dict[str, Any]) -> Any:
    """Calls a landscape's function; what goes wrong in a user's file is one line."""
    try:
        return function(**options)
    except ValueError:
        raise
    except Exception as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if Path(frame.filename).stem == name
        ]
        where = f" in line {lines[-1]}" if lines else ""
        raise ValueError(
            f"`{name}()` failed{where}: {type(error).__name__}: {error}"
        ) from error
