"""Where renormalisation helps, hurts, or changes nothing: methods by landscapes."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from figures import style
from figures.networks.layout import title
from figures.zoo.blocks import NEEDS, ONE, OVER, Block, blocks
from figures.zoo.pairs import COLORS, legend, name, rows

__all__ = ["NEEDS", "draw"]
NONE, FOREIGN, UNSERVED = "#222222", "#E4E4E4", "#999999"
HALF, GAP, BETWEEN = 0.46, 0.04, 0.9  # of a column: a form, what parts pairs, blocks
ROW, TALL = 0.175, 0.88  # of rows: inches; how much of one is filled
MARKS = {1: "^", -1: "v"}
SETTING = (
    "Left half plain, right half with Stable, at the middle radius. Signs: on saddles "
    "by two rates of ten or more; on convex functions brackets that lie apart by a "
    "twentieth; on networks an interval over seeds, a step of the grid wider, without "
    "1. Convex: the largest rate that ends at the minimum or in a cycle about it. "
    "AdaSAM's rates are over AMSGrad's."
)


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a method, plain at the left of a cell, with Stable at the right."""
    shown, parts = rows(dataset), blocks(dataset)
    figure = Figure(figsize=(style.width(), 2.9 + ROW * len(shown)))
    axes = figure.subplots()
    starts, x = [], 0.0
    for part in parts:
        starts.append(x)
        _block(axes, part, shown, x)
        x += len(part.names) + BETWEEN
    _frame(axes, parts, starts, shown, x - BETWEEN)
    _totals(axes, parts, shown, x - BETWEEN)
    ends = [s + len(p.names) for s, p in zip(starts, parts, strict=True)]
    _bar(axes, parts[0], (starts[0], ends[0]), len(shown))
    _bar(axes, parts[1], (starts[1], ends[-1]), len(shown))
    legend(figure, _legend(), SETTING)
    title(figure, "Where renormalisation helps, hurts, or changes nothing")
    return figure


def _bar(axes: Axes, part: Block, ends: tuple[float, float], count: int) -> None:
    """The scale of colours below the columns that it is of."""
    inside = axes.transLimits.transform  # of the data, in parts of the panel
    (left, bottom), (right, top) = inside(
        [(ends[0], count + 1.45), (ends[1], count + 0.95)]
    )
    place = axes.inset_axes((left, bottom, right - left, top - bottom))
    place.figure.colorbar(
        ScalarMappable(part.norm, part.colors), place, orientation="horizontal",
        label=part.scale, ticks=part.ticks, format="{x:g}",
        extend="both" if part.colors is OVER else "neither", extendfrac=0.025,
    ).minorticks_off()  # fmt: skip


def _block(axes: Axes, part: Block, shown: list[tuple[str, str]], start: float) -> None:
    """Its cells, in two halves, and the signs."""
    for y, (plain, label) in enumerate(shown):
        for side, form in enumerate(filter(None, (plain, label))):
            at = {"algorithm": form}
            row = zip(
                part.value.sel(at).values, part.served.sel(at).values, strict=True
            )
            for k, (value, served) in enumerate(row):
                corner = start + k + GAP + side * HALF, y - TALL / 2
                _cell(axes, part, float(value), bool(served), corner)
        if label:
            for k, sign in enumerate(part.sign.sel(algorithm=label).values):
                _sign(axes, int(sign), start + k + GAP + 1.5 * HALF, y)


def _cell(
    axes: Axes, part: Block, value: float, served: bool, corner: tuple[float, float]
) -> None:
    """Half a cell: a colour of the scale, or what is beside it."""
    if not served:
        look = {"fc": "white", "ec": UNSERVED, "hatch": "//////"}
    elif np.isnan(value):
        look = {"fc": FOREIGN}
    elif value == 0 and part.colors is OVER:
        look = {"fc": NONE}
    else:
        look = {"fc": part.colors(part.norm(value))}
    axes.add_patch(Rectangle(corner, HALF, TALL, lw=0, **look))


def _sign(axes: Axes, sign: int, x: float, y: float) -> None:
    if sign:
        axes.plot(
            x, y, MARKS[sign], color=COLORS[sign], mec="white", mew=0.8, ms=6, zorder=4
        )


def _frame(
    axes: Axes,
    parts: list[Block],
    starts: list[float],
    shown: list[tuple[str, str]],
    width: float,
) -> None:
    """Names of rows, of columns and of blocks."""
    axes.set(xlim=(-0.1, width + 2.2), ylim=(len(shown) - 0.4, -0.6))
    axes.set_yticks(range(len(shown)), [_named(plain) for plain, _ in shown])
    at = [s + k + 0.5 for p, s in zip(parts, starts, strict=True)
          for k in range(len(p.names))]  # fmt: skip
    named = [n for p in parts for n in p.names]
    axes.xaxis.tick_top()
    axes.set_xticks(at, named, rotation=45, ha="left", rotation_mode="anchor")
    axes.tick_params(length=0, pad=2)
    axes.spines[:].set_visible(False)
    for part, start in zip(parts, starts, strict=True):
        axes.text(
            start + len(part.names) / 2, len(shown) - 0.3, part.words, ha="center",
            va="top",
        )  # fmt: skip


def _named(label: str) -> str:
    """GD's own name: on surfaces it has the whole gradient."""
    return "(S)GD" if label == ONE else name(label)


def _totals(
    axes: Axes, parts: list[Block], shown: list[tuple[str, str]], width: float
) -> None:
    """How often Stable helps and hurts a method, and all of them."""
    scaled = [label for _, label in shown if label]
    counts = {sign: [_count(parts, label, sign) for label in scaled] for sign in MARKS}
    middle = {"ha": "center", "va": "center", "size": "small"}
    for k, (sign, found) in enumerate(counts.items()):
        x, color = width + 0.9 + 0.9 * k, COLORS[sign]
        axes.plot(x, -0.95, MARKS[sign], color=color, ms=5, clip_on=False)
        for y, count in enumerate(found):
            axes.text(x, y, f"{count}" if count else "·", color=color, **middle)
        axes.text(x, len(scaled) + 0.15, f"{sum(found)}", color=color, weight="bold",
                  **middle)  # fmt: skip
    axes.plot([width + 0.3, width + 2.1], [len(scaled) - 0.42] * 2, color="#444444",
              lw=0.6)  # fmt: skip


def _count(parts: list[Block], label: str, sign: int) -> int:
    return sum(int((p.sign.sel(algorithm=label) == sign).sum()) for p in parts)


def _legend() -> list:
    signs = {1: "larger with Stable", -1: "smaller with Stable"}
    return [
        *(Line2D([], [], ls="", marker=MARKS[s], color=COLORS[s], ms=6, label=w)
          for s, w in signs.items()),
        Patch(fc=NONE, label="no rate (networks: of a seed)"),
        Patch(fc="white", ec=UNSERVED, lw=0, hatch="//////", label="cannot run there"),
        Patch(fc=FOREIGN, label="undecided, or another unit"),
    ]  # fmt: skip
