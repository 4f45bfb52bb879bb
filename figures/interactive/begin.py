"""How a notebook begins: what is missing is said in one line, and so are errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib.util import find_spec
from types import TracebackType
from typing import Any

NEEDED = ("numpy", "scipy", "sympy", "xarray", "matplotlib", "ipywidgets", "ipympl")
REMEDY = "pip install -e '.[notebook]' in the repository, then restart the kernel"


class Stop(Exception):
    """Ends a notebook in one line: IPython shows what `_render_traceback_` gives."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def begin() -> None:
    """Checks what a notebook needs, draws with widgets, and shortens errors.

    Outside of a notebook (a test, a script) it only checks.

    Raises:
        Stop: a library is missing; in one line, which and what to do.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise Stop(f"This notebook needs {', '.join(missing)}: {REMEDY}.")
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return
    shell.run_line_magic("matplotlib", "widget")
    shell.set_custom_exc(tuple(spoken()), in_one_line)
    import matplotlib

    from figures import style

    matplotlib.rcParams.update(style.SCREEN)


def spoken() -> tuple[type[Exception], ...]:
    """The errors whose message says all: bad input."""
    from theory.console import BadOption

    return (ValueError, BadOption)


def in_one_line(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> list[str]:
    """Shows an error's message only; `%tb` in the next cell still shows where."""
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    lines = [str(error)]
    shell._showtraceback(kind, error, lines)
    return lines


@contextmanager
def telling(status: Any) -> Iterator[None]:
    """What bad input raises inside stands in one line beside the picture.

    Args:
        status: the line, an `ipywidgets.HTML`.
    """
    try:
        yield
    except spoken() as error:
        status.value = f'<span style="color:#B00020">{escape(str(error))}</span>'
