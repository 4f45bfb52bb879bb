"""Verdicts as colours and, where grey alone would not tell them apart, textures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from figures import style
from theory.verdict import Verdict

COLORS = ListedColormap([style.VERDICTS[code][0] for code in sorted(style.VERDICTS)])
NORM = BoundaryNorm(np.arange(len(style.VERDICTS) + 1) - 0.5, len(style.VERDICTS))
SEEN = 1e-4  # share of the cells below which a verdict has no legend entry


def plurality(share: xarray.DataArray) -> xarray.DataArray:
    """The verdict of most starts of a cell, NaN where none was run.

    Of equally many the lower code, so that a doubt is never drawn as an answer.
    """
    known = share.notnull().all("verdict")
    return share.fillna(-1.0).argmax("verdict").where(known)


def fill(axes: Axes, x: np.ndarray, y: np.ndarray, codes: np.ndarray) -> None:
    """Draws cells around logarithmic levels in the colours of their verdicts.

    Args:
        axes: to draw on.
        x: levels, `(n,)`, > 0.
        y: levels, `(m,)`, > 0.
        codes: verdicts, `(m, n)`, NaN where there is none.
    """
    cells(axes, edges(x), edges(y), codes)


def cells(axes: Axes, x: np.ndarray, y: np.ndarray, codes: np.ndarray) -> None:
    """Draws cells between ends `(n + 1,)` and `(m + 1,)`."""
    # As dots in a PDF too: a million outlines would neither load nor join.
    axes.pcolormesh(
        x, y, np.ma.masked_invalid(codes), cmap=COLORS, norm=NORM, rasterized=True
    )
    for verdict, (texture, _) in style.REGIMES.items():
        if texture and (codes == verdict).any():
            axes.add_patch(_textured(_region(x, y, codes == verdict), texture))


def edges(levels: np.ndarray) -> np.ndarray:
    """The ends of the cells around logarithmic levels, `(n + 1,)`."""
    log = np.log(levels)
    if len(log) == 1:
        return levels[0] * np.array([0.5, 2.0])
    inner = (log[1:] + log[:-1]) / 2
    outer = 2 * log[0] - inner[0], 2 * log[-1] - inner[-1]
    return np.exp(np.concatenate([outer[:1], inner, outer[1:]]))


def _region(x: np.ndarray, y: np.ndarray, inside: np.ndarray) -> Path:
    """One outline a run of cells of a row: a texture goes on from cell to cell."""
    found = []
    for row, cells in enumerate(inside):
        ends = np.flatnonzero(np.diff(cells, prepend=False, append=False))
        for left, right in zip(x[ends[::2]], x[ends[1::2]], strict=True):
            low, high = y[row], y[row + 1]
            corners = [(left, low), (right, low), (right, high), (left, high)]
            found.append(Path([*corners, (left, low)], closed=True))
    return Path.make_compound_path(*found)


def _textured(region: Path, texture: str) -> PathPatch:
    return PathPatch(region, fc="none", ec="white", lw=0, hatch=texture)


def patches(codes: Iterable[int]) -> list[Patch]:
    """A patch a verdict that occurs, in words."""
    occurs = set(codes)
    return [
        Patch(fc=style.VERDICTS[v][0], ec="white", lw=0, hatch=texture, label=words)
        for v, (texture, words) in style.REGIMES.items()
        if v in occurs
    ]


def frequent(codes: np.ndarray) -> set[Verdict]:
    """The verdicts that are more than a stray cell."""
    found, counts = np.unique(codes[np.isfinite(codes)], return_counts=True)
    return {Verdict(int(v)) for v in found[counts > SEEN * codes.size]}
