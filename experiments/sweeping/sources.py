"""Which files decide a sweep's results, group by group."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import landscapes
from experiments.store import ROOT
from theory import methods
from theory.method import Method

GROUPS = ("landscape", "method", "engine", "verdict")
OURS = ("landscapes", "theory", "experiments")
WORKER = ROOT / "experiments/sweeping/chunks.py"


def digests(landscape: str, method: str) -> dict[str, str]:
    """Of the files that the runs of a sweep import, however deep, by group.

    Args:
        landscape: name, or path of a user's own file.
        method: command-line name.

    Raises:
        ValueError: there is no such landscape or method.
    """
    own = landscape.endswith(".py")
    surface = Path(landscape) if own else ROOT / f"landscapes/{landscape}.py"
    if not surface.is_file():
        landscapes.load(landscape)  # says which there are
    files = closure([WORKER, surface, *_defining(methods.make(method))])
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for file in files:
        group = "landscape" if file == surface else _group(file)
        found[group].append(hashlib.sha256(file.read_bytes()).hexdigest())
    return {
        group: hashlib.sha256("".join(sorted(each)).encode()).hexdigest()[:16]
        for group, each in found.items()
    }


def _group(file: Path) -> str:
    """What a file of ours belongs to."""
    if not file.is_relative_to(ROOT):  # what a user's own file imports
        return "landscape"
    place = file.relative_to(ROOT)
    if place.parts[0] == "landscapes":
        return "landscape"
    if place.parts[:2] == ("theory", "methods") or place.stem == "method":
        return "method"
    return "verdict" if place.stem == "verdict" else "engine"


def _defining(method: Method) -> Iterator[Path]:
    """The files of a method and of those it wraps."""
    yield ROOT / f"{type(method).__module__.replace('.', '/')}.py"
    for value in vars(method).values():
        if isinstance(value, Method):
            yield from _defining(value)


def closure(files: list[Path]) -> set[Path]:
    """The files and all of ours that they import, also within functions."""
    found: set[Path] = set()
    waiting = list(files)
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
    roots = {m: ROOT if m.split(".")[0] in OURS else folder for m in modules}
    places = [root / m.replace(".", "/") for m, root in roots.items()]
    candidates = [
        file for p in places for file in (p.with_suffix(".py"), p / "__init__.py")
    ]
    return tuple(file for file in candidates if file.is_file())
