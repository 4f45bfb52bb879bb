"""Marks on cells of a map: textures, and a line around some of them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke

LINE = {"color": "white", "lw": 1.3}
AROUND = [Stroke(linewidth=LINE["lw"] + 1.2, foreground="black"), Normal()]


def texture_cells(
    axes: Axes, x: np.ndarray, y: np.ndarray, where: np.ndarray, texture: str,
    color: str = "#333333",
) -> None:  # fmt: skip
    """Hatches the cells `(m, n)` between ends `(n + 1,)` and `(m + 1,)`."""
    for i, j in np.argwhere(where):
        size = x[j + 1] - x[j], y[i + 1] - y[i]
        axes.add_patch(
            Rectangle((x[j], y[i]), *size, fc="none", ec=color, lw=0, hatch=texture)
        )


def outline(axes: Axes, x: np.ndarray, y: np.ndarray, inside: np.ndarray) -> None:
    """A line around the cells that are inside, along their sides.

    Args:
        axes: to draw on.
        x: ends of the columns, `(n + 1,)`.
        y: ends of the rows, `(m + 1,)`.
        inside: `(m, n)`.
    """
    framed = np.pad(inside, 1).astype(int)
    down, across = np.diff(framed, axis=0) != 0, np.diff(framed, axis=1) != 0
    lines = [
        ((x[j], x[j + 1]), (y[i], y[i])) for i, j in np.argwhere(down[:, 1:-1])
    ] + [((x[j], x[j]), (y[i], y[i + 1])) for i, j in np.argwhere(across[1:-1])]
    along = [np.concatenate([(*ends, np.nan) for ends in side])
             for side in zip(*lines, strict=True)]  # fmt: skip
    axes.plot(*along, **LINE, path_effects=AROUND, clip_on=False)
