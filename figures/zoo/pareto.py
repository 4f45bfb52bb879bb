"""Test accuracy against cost: the front, and what renormalisation moves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import title
from figures.zoo.pairs import COLORS, legend, name, rows, statistics, tasks

ENDS = ("", "_low", "_high")
NEEDS = ("plain_form", "cost_counted", *(f"difference{end}" for end in ENDS))
ONE = "GD"
POINTS = 100.0  # percentage points
TALL = 2.1  # inches a panel
SIDE = 0.17  # of a column: how far plain and Stable stand from its middle
WIDEST = 4.0  # times the middle distance from SGD: where the axis ends
FRONT = "#117733"
RING = {"marker": "o", "ms": 8, "mfc": "none", "mec": FRONT, "mew": 1.1, "ls": ""}
SETTING = (
    "Each at its own best rate and radius. Columns by counted cost, told above: a "
    "value counts as 1/3, a Hessian-vector product as 2 gradients. Triangles: "
    "beyond the axis."
)


@dataclass(frozen=True)
class Place:
    """A method in a panel.

    Args:
        label: its.
        cost: in gradients a step, to two digits after the point.
        x: where it is drawn.
        ends: its difference to SGD, and the interval's ends, in points.
        scaled: whether it is under Stable.
    """

    label: str
    cost: float
    x: float
    ends: tuple[float, float, float]
    scaled: bool

    @property
    def value(self) -> float:
        """Of test accuracy, over SGD's."""
        return self.ends[0]

    @property
    def sign(self) -> int:
        """1 where its interval lies above SGD, -1 below, 0 open."""
        return int(self.ends[1] > 0) - int(self.ends[2] < 0)


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a task, in each a column a method, by cost."""
    names, model = tasks(dataset)
    across = min(len(names), 2 if style.width() > 6 else 1)
    down = -(-len(names) // across)
    figure = Figure(figsize=(style.width(), 2.5 + TALL * down))
    grid = figure.subplots(down, across, sharex=True, squeeze=False)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for k, (words, axes) in enumerate(zip(names, grid.flat, strict=False)):
        panel(axes, dataset.isel(task=k))
        axes.set_title(words, pad=12)
    for axes in grid[:, 0]:
        axes.set_ylabel("test acc. over SGD's, points")
    legend(figure, _legend(), SETTING, statistics(dataset))
    about = f" ({model})" if model else ""
    title(figure, f"Test accuracy against cost in gradients a step{about}")
    return figure


def columns(dataset: xarray.Dataset) -> list[tuple[float, str, str]]:
    """Cost, method and its form with Stable, from the cheapest."""
    cost = dataset.cost_counted.isel(network=0).round(2)
    found = [
        (float(cost.sel(algorithm=[*filter(None, forms)]).max()), *forms)
        for forms in rows(dataset)
    ]
    known = [column for column in found if np.isfinite(column[0])]
    return sorted(known, key=lambda column: (column[0], column[1] != ONE))


def placed(here: xarray.Dataset) -> list[Place]:
    """Where every method of a task stands."""
    found = []
    told = here.sel(versus=ONE)
    for x, (cost, plain, label) in enumerate(columns(here)):
        for form, shift in ((plain, -SIDE if label else 0.0), (label, SIDE)):
            if not form:
                continue
            at = told.sel(algorithm=form)
            ends = tuple(POINTS * float(at[f"difference{end}"]) for end in ENDS)
            ends = (0.0, 0.0, 0.0) if form == ONE else ends
            if np.isfinite(ends[0]):
                found.append(Place(form, cost, x + shift, ends, form == label))
    return found


def front(places: list[Place]) -> list[Place]:
    """Those than which none is both as cheap and better, by cost."""
    best: list[Place] = []
    for place in sorted(places, key=lambda p: (p.cost, -p.value)):
        if not best or place.value > best[-1].value:
            best.append(place)
    return best


def extent(places: list[Place]) -> tuple[float, float]:
    """The axis: methods far from SGD do not press the others together."""
    values, highs = np.array([(p.value, p.ends[2]) for p in places]).T
    below, above = (
        WIDEST * max(float(np.median(np.abs(one))), 0.1) for one in (values, highs)
    )
    low, high = max(values.min(), -below), min(max(highs.max(), 0.1), above)
    margin = 0.12 * (high - low)
    return low - margin, high + margin


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Points with intervals, arrows from plain to Stable, the front."""
    places, known = placed(here), columns(here)
    low, high = extent(places)
    _groups(axes, known)
    axes.axhline(0, color=style.THEORY, lw=0.6, zorder=1)
    axes.set(xlim=(-0.6, len(known) - 0.4), ylim=(low, high))
    axes.set_xticks(range(len(known)), [name(plain) for _, plain, _ in known],
                    rotation=90, size="x-small")  # fmt: skip
    axes.tick_params(axis="x", length=0, pad=2)
    for place in places:
        _point(axes, place, low, high)
    for one, other in zip(places, places[1:], strict=False):
        if other.scaled and not one.scaled:
            _arrow(axes, one, other, low, high)
    best = front(places)
    values = [p.value for p in best]
    costs = [cost for cost, *_ in known]
    # From the first column of its cost on, until more is reached at a higher one.
    starts = [costs.index(p.cost) - 0.5 for p in best]
    axes.step([*starts, len(known) - 0.4], [*values, values[-1]], where="post",
              color=FRONT, lw=1.2, zorder=2)  # fmt: skip
    axes.plot([p.x for p in best], values, zorder=5, **RING)


def _groups(axes: Axes, known: list[tuple[float, str, str]]) -> None:
    """Equal costs on a ground of their own, the cost above."""
    first = 0
    for k, (cost, group) in enumerate(groupby(known, key=lambda column: column[0])):
        last = first + len(list(group))
        if k % 2 == 0:
            axes.axvspan(first - 0.5, last - 0.5, color="#F3F3F3", lw=0, zorder=0)
        axes.text(
            (first + last - 1) / 2, 1.015, f"{cost:.1f}".removesuffix(".0"),
            transform=axes.get_xaxis_transform(), ha="center", size=6.3,
        )  # fmt: skip
        first = last


def _point(axes: Axes, place: Place, low: float, high: float) -> None:
    """Filled where told from SGD; a triangle where it lies beyond the axis."""
    color = style.THEORY if place.label == ONE else COLORS[place.sign]
    value, *ends = place.ends
    axes.plot([place.x] * 2, ends, color=color, lw=0.8, alpha=0.5, zorder=1)
    face = color if place.sign or place.label == ONE else "white"
    mark = "D" if place.scaled else "o"
    if not low < value < high:
        mark = "v" if value <= low else "^"
        value = np.clip(value, *np.array([0.97, 0.03]) @ [[low, high], [high, low]])
    axes.plot(place.x, value, mark, color=color, mfc=face, mew=0.9, zorder=4,
              ms=3.2 if mark == "D" else 3.8)  # fmt: skip


def _arrow(axes: Axes, plain: Place, stable: Place, low: float, high: float) -> None:
    """From plain to Stable, where both are seen."""
    ends = [(p.x, p.value) for p in (stable, plain)]
    if not all(low < value < high for _, value in ends):
        return
    axes.annotate(
        "", *ends, zorder=3,
        arrowprops={"arrowstyle": "->", "lw": 0.6, "color": "#333333", "shrinkA": 1.5,
                    "shrinkB": 1.5, "mutation_scale": 5},
    )  # fmt: skip


def _legend() -> list[Line2D]:
    point = {"ls": "", "ms": 4, "mew": 0.9, "marker": "o"}
    return [
        Line2D([], [], color="#444444", **point, label="plain"),
        Line2D([], [], color="#444444", **point | {"marker": "D"},
               label="with Stable"),
        Line2D([], [], color=COLORS[1], **point, label="above SGD"),
        Line2D([], [], color=COLORS[-1], **point, label="below SGD"),
        Line2D([], [], color=COLORS[0], mfc="white", **point,
               label="open: the interval holds 0"),
        Line2D([], [], color=FRONT, **RING | {"ls": "-"}, label="front of the means"),
    ]  # fmt: skip
