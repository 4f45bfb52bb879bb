"""Does renormalisation help every variant? Each method under Stable less itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from figures import style
from figures.networks.layout import narrow, title
from figures.networks.words import number
from figures.zoo.pairs import COLORS, legend, name, pairs, statistics, tasks

ENDS = ("", "_low", "_high")
ROW = 0.165  # inches a method
VERSUS = "plain"
SETTING = (
    "Each method with Stable less itself without (of eigenvalues: over), both at their "
    "own best rate and radius, on the same fresh seeds. Triangles: beyond the axis."
)
WIDEST = 4.0  # times the middle one of the intervals' farther ends: where axes end


@dataclass(frozen=True)
class Quantity:
    """What is compared.

    Args:
        variable: its name in the result.
        label: of its axis.
        neutral: its value where nothing changes.
        scale: a factor.
        better: 1 where more is better, -1 where less is.
        words: by sign.
    """

    variable: str
    label: str
    neutral: float
    scale: float
    better: int
    words: dict[int, str]

    def ends(self, here: xarray.Dataset) -> np.ndarray:
        """Value, low, high `(3, ...)`."""
        return np.array([self.scale * here[self.variable + e].values for e in ENDS])

    def sign(self, low: float, high: float) -> int:
        """1 where the interval says better, -1 worse, 0 open."""
        above, below = low > self.neutral, high < self.neutral
        return self.better * (int(above) - int(below))

    def far(self, ends: np.ndarray) -> np.ndarray:
        """How far from nothing."""
        if self.neutral:
            return np.abs(np.log(ends / self.neutral))
        return np.abs(ends)


QUANTITIES = (
    Quantity("difference", "test accuracy, points,\nwith Stable − without",
             0.0, 100.0, 1, {1: "better", -1: "worse", 0: "open"}),
    Quantity("curvature_ratio", "top Hessian eigenvalue,\nwith Stable / without",
             1.0, 1.0, -1, {1: "flatter", -1: "sharper", 0: "open"}),
)  # fmt: skip
NEEDS = (
    "plain_form",
    *(quantity.variable + end for quantity in QUANTITIES for end in ENDS),
)


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a task, a row a method; accuracy above, curvature below."""
    known, (names, model) = pairs(dataset), tasks(dataset)
    figure = Figure(figsize=(style.width(), 2.5 + 2 * ROW * len(known)))
    figure.get_layout_engine().set(w_pad=0.02, wspace=0.03, hspace=0.02)
    grid = figure.subplots(2, len(names), sharey=True, sharex="row", squeeze=False)
    for quantity, row in zip(QUANTITIES, grid, strict=True):
        limit = extent(dataset, quantity)
        for k, axes in enumerate(row):
            here = dataset.isel(task=k).sel(versus=VERSUS)
            panel(axes, here, known, quantity, limit)
            axes.set_xlabel(_label(quantity, len(names)))
        row[0].set_yticks(range(len(known)), [name(plain) for plain in known])
        row[0].set_ylim(len(known) - 0.4, -0.6)
    for column, axes in zip(names, grid[0], strict=True):
        axes.set_title(narrow(column, len(names)), pad=16)
    legend(figure, _legend(), SETTING, statistics(dataset))
    about = f" ({model})" if model else ""
    title(figure, f"Does renormalisation help every variant?{about}")
    return figure


def _label(quantity: Quantity, columns: int) -> str:
    """An axis's, in a column without what the legend says too."""
    if style.width() > 6:
        return quantity.label
    return narrow(quantity.label.splitlines()[0].rstrip(","), columns)


def extent(dataset: xarray.Dataset, quantity: Quantity) -> float:
    """How far axes go either way: what lies beyond has an arrow."""
    here = dataset.sel(versus=VERSUS)
    _, low, high = quantity.far(quantity.ends(here))
    farther = np.fmax(low, high)
    farther = farther[np.isfinite(farther) & (farther > 0)]
    if not farther.size:
        return 1.0
    return float(min(farther.max(), WIDEST * np.median(farther)))


def panel(
    axes: Axes,
    here: xarray.Dataset,
    known: dict[str, str],
    quantity: Quantity,
    limit: float,
) -> None:
    """A point with its interval a method; how many are better above."""
    counts = {1: 0, -1: 0, 0: 0}
    axes.axvline(quantity.neutral, color=style.THEORY, lw=0.8, zorder=1)
    _axis(axes, quantity, limit)
    for y, label in enumerate(known.values()):
        if y % 2 == 0:
            axes.axhspan(y - 0.5, y + 0.5, color="#F3F3F3", lw=0, zorder=0)
        value, low, high = quantity.ends(here.sel(algorithm=label))
        if np.isnan(value):
            axes.text(quantity.neutral, y, " none", va="center", size="x-small")
            counts[0] += 1
            continue
        sign = quantity.sign(low, high)
        counts[sign] += 1
        _interval(axes, y, (value, low, high), COLORS[sign], filled=sign != 0)
    _count(axes, counts, quantity)


def _count(axes: Axes, counts: dict[int, int], quantity: Quantity) -> None:
    """Above the panel, each on its side."""
    side = quantity.better
    places = {-side: (0.0, "left"), 0: (0.5, "center"), side: (1.0, "right")}
    for sign, (x, align) in places.items():
        told = f"{counts[sign]}"
        if style.width() > 6:
            told += f" {quantity.words[sign]}"
        axes.text(
            x, 1.015, told, transform=axes.transAxes, ha=align, color=COLORS[sign],
            size="small",
        )  # fmt: skip


def _axis(axes: Axes, quantity: Quantity, limit: float) -> None:
    if quantity.neutral:
        around = np.exp([-1.1 * limit, 1.1 * limit])
        axes.set(xscale="log", xlim=quantity.neutral * around)
        near = MaxNLocator(3, prune="both")
        axes.xaxis.set_major_locator(LogLocator(2) if limit > 0.7 else near)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(-1.1 * limit, 1.1 * limit)
        axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))
    axes.tick_params(axis="y", length=0)


def _interval(
    axes: Axes, y: float, ends: tuple[float, ...], color: str, filled: bool
) -> None:
    """From low to high; an arrow where it goes beyond the axis."""
    value, low, high = ends
    first, last = axes.get_xlim()
    axes.plot([max(low, first), min(high, last)], [y, y], color=color, lw=1.3)
    for end, beyond, mark in ((first, low < first, "<"), (last, high > last, ">")):
        if beyond:
            axes.plot(end, y, mark, color=color, ms=4, mew=0, clip_on=False, zorder=4)
    if first <= value <= last:
        face = color if filled else "white"
        axes.plot(value, y, "o", color=color, mfc=face, ms=4, mew=1, zorder=3)
        return
    x, align = (first, "left") if value < first else (last, "right")
    shown = number(value).replace("-", "−")
    axes.text(x, y, f"  {shown}  ", ha=align, va="center", size="x-small", color=color)


def _legend() -> list[Line2D]:
    look = {"marker": "o", "ms": 4, "lw": 1.3}
    words = {
        1: "better or flatter with Stable",
        -1: "worse or sharper with Stable",
        0: "open: the interval holds no change",
    }
    return [
        Line2D([], [], color=COLORS[s], label=told, **look,
               mfc=COLORS[s] if s else "white")
        for s, told in words.items()
    ]  # fmt: skip
