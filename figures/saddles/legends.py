"""What names, lines, colours and markers mean."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures import style


def plain(name: str) -> str:
    """A landscape's name without underscores; of a path only the file's stem."""
    return PurePath(name).stem.replace("_", " ")


def telling(first: tuple[str, ...], names: Iterable[str]) -> list[str]:
    """As many names as the telling ones, those before all others."""
    names = [str(name) for name in names]
    known = [name for name in first if name in names]
    return [*known, *(name for name in names if name not in first)][: len(first)]


def method_lines(labels: Iterable[str]) -> list[Line2D]:
    """A line a method."""
    return [Line2D([], [], color=style.color(name), label=name) for name in labels]


def mark(kind: str) -> dict:
    """How a critical point is drawn."""
    hollow = kind in ("minimum", "degenerate")
    return {
        "marker": style.MARKERS[kind],
        "mfc": "white" if hollow else "black",
        "mec": "black" if hollow else "white",
        "ms": 6.5,
        "mew": 0.9 if hollow else 0.5,
        "ls": "",
    }


def paths_legend(labels: Iterable[str]) -> list[Line2D]:
    """Methods, the two ends of a path, critical points by kind."""
    ends = {"start (all methods)": ("s", "white", 5), "end of a path": ("o", "#999", 6)}
    points = [
        Line2D(
            [], [], marker=m, mfc=face, mec="black", mew=0.7, ms=size, ls="", label=w
        )
        for w, (m, face, size) in ends.items()
    ]
    kinds = [Line2D([], [], **mark(kind), label=kind) for kind in style.MARKERS]
    return [*method_lines(labels), *points, *kinds]


def verdict_patches(codes: Iterable[int]) -> list[Patch]:
    """A patch a verdict that occurs, in words."""
    return [
        Patch(fc=color, ec="#888888", lw=0.4, label=words)
        for code, (color, words) in style.VERDICTS.items()
        if code in set(codes)
    ]
