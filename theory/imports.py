"""Which files a file rests on, by what it imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from theory.namespace import PREFIX, ROOT

OURS = ("landscapes", "theory", "experiments")


def closure(files: list[Path]) -> set[Path]:
    """The files and all of ours, or beside them, that they import, however deep."""
    found: set[Path] = set()
    # As ROOT is: the current folder may lead here by a link.
    waiting = [file.resolve() for file in files]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported(file)
    return found


def _imported(file: Path) -> tuple[Path, ...]:
    """What of ours, or beside it, a file imports itself."""
    return _imported_by(file.read_bytes(), file.parent)


@cache
def _imported_by(text: bytes, folder: Path) -> tuple[Path, ...]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # said where it is loaded
        return ()
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module}
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    modules = {m.removeprefix(PREFIX) for m in modules}
    roots = {m: ROOT if m.split(".")[0] in OURS else folder for m in modules}
    places = [root / m.replace(".", "/") for m, root in roots.items()]
    candidates = [
        file for p in places for file in (p.with_suffix(".py"), p / "__init__.py")
    ]
    return tuple(file for file in candidates if file.is_file())
