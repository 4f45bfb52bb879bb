"""Which files decide a sweep's results, group by group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import landscapes
from theory import methods
from theory.imports import ROOT, closure
from theory.method import Method

GROUPS = ("landscape", "method", "engine", "verdict")
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
