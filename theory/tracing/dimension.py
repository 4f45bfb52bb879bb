"""The box-counting dimension of a boundary, from the cells it was traced in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from theory.tracing.boundary import Boundary

FEWEST = 3  # levels: a slope and something to judge it by
HALF = 4  # levels, at least, in a half


@dataclass(frozen=True, eq=False)
class Dimension:
    """A slope with its interval.

    Args:
        value: the dimension; NaN where there is too little to measure.
        low, high: its interval.
        widths: of the boxes, ascending.
        counts: boxes of each width that the boundary meets.
    """

    value: float
    low: float
    high: float
    widths: np.ndarray
    counts: np.ndarray


def boxes(i: np.ndarray, j: np.ndarray, width: int) -> int:
    """How many boxes of some width contain one of the cells (i, j)."""
    return len(np.unique((i // width) * (1 << 32) + j // width))


def dimension(
    boundary: Boundary, chosen: np.ndarray | None = None, largest: int | None = None
) -> Dimension:
    r"""Counts the boxes of width s that the boundary meets, $N(s) \sim s^{-D}$.

    D is the slope of $\log N$ over $\log 1/s$ by least squares, s in powers of two from
    the widest boundary cell (below it the boundary is not known everywhere) to
    `largest`.

    The interval says how well one power law describes these levels, not how far the
    slope is from that of ever smaller boxes: it is the slope plus and minus Student's
    95 % quantile times its standard error, widened to hold the same of the finer and
    of the coarser half of the levels.

    Args:
        boundary: as traced.
        chosen: the cells to look at, a mask; None: all.
        largest: the widest boxes; None: 1/32 of the plane.
    """
    cells = boundary.cells if chosen is None else boundary.cells[chosen]
    least = int(cells[:, 2].max(initial=1))
    largest = boundary.size // 32 if largest is None else largest
    widths = 2 ** np.arange(np.log2(least), np.log2(largest) + 0.5).astype(int)
    counts = np.array([boxes(*cells[:, :2].T, width) for width in widths])
    if len(widths) < FEWEST or not len(cells):
        return Dimension(np.nan, np.nan, np.nan, widths, counts)
    x, y = -np.log(widths), np.log(counts)
    half = min(len(x), max(HALF, (len(x) + 1) // 2))
    value, *_ = _slope(x, y)
    ends = [_slope(x[part], y[part])[1:] for part in _parts(len(x), half)]
    return Dimension(
        value, min(e[0] for e in ends), max(e[1] for e in ends), widths, counts
    )


def _parts(count: int, half: int) -> list[slice]:
    """All levels, the finer ones, the coarser ones."""
    return [slice(count), slice(half), slice(count - half, count)]


def _slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Slope and the ends of its interval."""
    fit = stats.linregress(x, y)
    width = stats.t.ppf(0.975, len(x) - 2) * fit.stderr
    return fit.slope, fit.slope - width, fit.slope + width
