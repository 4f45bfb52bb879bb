"""The small pictures of the ledger: what was measured, theory drawn over."""

from __future__ import annotations

from itertools import cycle
from math import ceil
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style

COLUMNS = 3
ASIDE = "#777777"
DASHES = "--", ":", "-."  # theories of one picture that have names


def draw(rows: list[dict[str, Any]]) -> Figure:
    """All pictures on one page, in the ledger's order."""
    shown = [(row["id"], row["picture"]) for row in rows if row.get("picture")]
    down = ceil(len(shown) / COLUMNS)
    figure = Figure(figsize=(1.4 * style.WIDTH, 2.9 * down))
    panels = figure.subplots(down, COLUMNS, squeeze=False).flat
    for axes, (name, picture) in zip(panels, shown, strict=False):
        panel(axes, name, picture)
    for axes in list(panels)[len(shown) :]:
        axes.set_axis_off()
    return figure


def panel(axes: Axes, name: str, picture: dict[str, Any]) -> None:
    """One picture."""
    if picture["levels"]:
        x, y, z = (np.array(part, dtype=float) for part in picture["levels"])
        axes.contour(x, y, z, levels=14, colors="#BBBBBB", linewidths=0.5)
    dashes = cycle(DASHES)
    for curve in picture["curves"]:
        named = curve["theory"] and curve["label"] and not curve["marker"]
        _curve(axes, curve, next(dashes) if named else DASHES[0])
    axes.set(xlabel=picture["xlabel"], ylabel=picture["ylabel"])
    axes.set_title("\n".join(wrap(f"{name}: {picture['title']}", 44)))
    if "x" in picture["log"]:
        axes.set_xscale("log")
    if "y" in picture["log"]:
        axes.set_yscale("log")
    if any(curve["label"] for curve in picture["curves"]):
        axes.legend(fontsize=6.5)


def _curve(axes: Axes, curve: dict[str, Any], dash: str) -> None:
    """Theory is a thin black line; a method has its own colour, all else is grey."""
    x, y = (np.array(curve[key], dtype=float) for key in ("x", "y"))
    look: dict[str, Any] = {"label": curve["label"] or None, "color": ASIDE}
    if curve["method"]:
        look["color"] = style.color(curve["method"])
    if curve["theory"]:
        own = look["color"] if curve["method"] else style.THEORY
        look |= {"color": own, "lw": 0.9, "ls": dash, "zorder": 3}
    if curve["marker"]:
        look |= {"marker": curve["marker"], "ls": "none", "ms": 3.5}
    axes.plot(x, y, **look)
