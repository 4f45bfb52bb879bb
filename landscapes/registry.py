"""Finding what the folders hold: a file counts iff it defines a thing of its name."""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType


def squash(name: str) -> str:
    """`unified_sam`, `UnifiedSAM` and `unified-sam` are one name."""
    return name.replace("_", "").replace("-", "").lower()


def definitions(package: str, kind: type = ast.FunctionDef) -> dict[str, str]:
    """Names of the files of a package that define a thing of their own name.

    Only the syntax is read: nothing is imported, so a listing costs milliseconds.

    Args:
        package: dotted name of a package, for instance `"landscapes"`.
        kind: `ast.FunctionDef` or `ast.ClassDef`.

    Returns:
        `{file stem: name of the definition}`, sorted.
    """
    found = {}
    for folder in importlib.util.find_spec(package).submodule_search_locations:
        for file in sorted(Path(folder).glob("[!_]*.py")):
            for name in _defined(file, file.stat().st_mtime_ns, kind):
                found[file.stem] = name
    return found


@cache
def _defined(file: Path, changed: int, kind: type) -> list[str]:
    """What a file defines of its own name; read again only after a change."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return [
        node.name
        for node in body
        if isinstance(node, kind) and squash(node.name) == squash(file.stem)
    ]


def unknown(what: str, name: str, names: Iterable[str]) -> ValueError:
    """The error for a name that is not there, with the nearest names that are."""
    names = sorted(names)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names
    return ValueError(f"unknown {what} `{name}`: did you mean {', '.join(near)}?")


def from_file(path: str | Path) -> ModuleType:
    """Imports a Python file by its path."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"no such file: `{path}`")
    spec = importlib.util.spec_from_file_location(f"file:{path.resolve()}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its annotations
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(
            f"`{path}` cannot be imported: {type(error).__name__}: {error}"
            f"{_moved(error)}"
        ) from error
    return module


def _moved(error: Exception) -> str:
    """What to write, where a file asks a wheel for a package by its old name."""
    home = __package__.rpartition(".")[0]
    package = (getattr(error, "name", None) or "").partition(".")[0]
    if not (home and package and importlib.util.find_spec(f"{home}.{package}")):
        return ""
    return f"; here it is `{home}.{package}`"
