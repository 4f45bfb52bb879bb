"""Test accuracy against cost: the front, and what renormalisation moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import title
from figures.networks.words import logarithmic
from figures.zoo.pairs import COLORS, caption, name, pairs, task

NEEDS = ("plain_form", "cost_counted", "difference", "difference_low",
         "difference_high")  # fmt: skip
ONE = "GD"
ENDS = ("", "_low", "_high")
POINTS = 100.0  # percentage points
TALL = 2.55  # inches a row of panels
SIDE = 0.035  # by which logarithm methods of equal cost stand side by side
WIDEST = 4.0  # times the middle distance from SGD: where the axis ends
FRONT = {"color": "#117733", "lw": 1.2, "zorder": 2}
LABEL = {"size": 6.8, "va": "center", "zorder": 6}
APART = 0.055  # of the panel's height, from label to label


@dataclass(frozen=True)
class Place:
    """A method in a panel.

    Args:
        label: its.
        cost: in gradients a step.
        x: where it is drawn.
        ends: its difference to SGD, and the interval's ends, in points.
    """

    label: str
    cost: float
    x: float
    ends: tuple[float, float, float]

    @property
    def value(self) -> float:
        """Of test accuracy, over SGD's."""
        return self.ends[0]

    @property
    def sign(self) -> int:
        """1 where its interval lies above SGD, -1 below, 0 undecided."""
        return int(self.ends[1] > 0) - int(self.ends[2] < 0)


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a task."""
    tasks = list(dataset.task.values)
    columns = min(len(tasks), 2 if style.width() > 6 else 1)
    rows = -(-len(tasks) // columns)
    figure = Figure(figsize=(style.width(), 1.5 + TALL * rows))
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False)
    for axes in grid.flat[len(tasks) :]:
        axes.set_axis_off()
    for column, axes in zip(tasks, grid.flat, strict=False):
        panel(axes, dataset.sel(task=column))
        axes.set_title(task(column))
    for axes in grid[-1]:
        axes.set_xlabel("gradients a step, as counted")
    for axes in grid[:, 0]:
        axes.set_ylabel("test accuracy over SGD's, points")
    figure.legend(handles=_legend(), loc="outside lower center", ncols=3)
    figure.supxlabel(_caption(dataset), fontsize="x-small")
    title(figure, "Accuracy against cost, each method at its own best rate and radius")
    return figure


def panel(axes: Axes, here: xarray.Dataset) -> None:
    """Points with intervals, arrows from plain to Stable, the front, names."""
    places = placed(here)
    low, high = extent(places)
    axes.axhline(0, color=style.THEORY, lw=0.6, zorder=1)
    for plain, label in pairs(here).items():
        if plain in places and label in places:
            _arrow(axes, places[plain], places[label])
    scaled = {*pairs(here).values()}
    for label, place in places.items():
        _point(axes, place, label in scaled, low, high)
    best = front([*places.values()])
    costs = [p.cost for p in best]
    last = 1.15 * max(p.x for p in places.values())
    # Steps: what is reached at this cost, until more is reached.
    axes.step([*costs, last], [*(p.value for p in best), best[-1].value],
              where="post", **FRONT)  # fmt: skip
    axes.set(xscale="log", xlim=(0.88, last), ylim=(low, high))
    logarithmic(axes.xaxis, (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7))
    axes.xaxis.set_major_locator(_round(last))
    _names(axes, named(places, best), (low, high))


def _round(last: float):
    from matplotlib.ticker import FixedLocator

    return FixedLocator([v for v in (1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 8) if v < last])


def placed(here: xarray.Dataset) -> dict[str, Place]:
    """Where every method stands; methods of equal cost side by side, the best last.

    A method beside its renormalised form has one place.
    """
    cost = here.cost_counted.isel(network=0)
    told = here.sel(versus=ONE)
    known = {}
    for label in here.algorithm.values.astype(str):
        at = told.sel(algorithm=label)
        ends = tuple(POINTS * float(at[f"difference{end}"]) for end in ENDS)
        ends = (0.0, 0.0, 0.0) if label == ONE else ends
        if np.isfinite([ends[0], float(cost.sel(algorithm=label))]).all():
            known[label] = float(cost.sel(algorithm=label)), ends
    forms = {label: plain for plain, label in pairs(here).items()}
    groups: dict[float, dict[str, float]] = {}
    for label, (c, ends) in known.items():
        own = groups.setdefault(round(c, 1), {})
        first = forms.get(label, label)
        own[first] = max(own.get(first, -np.inf), ends[0])
    found = {}
    for label, (c, ends) in known.items():
        own = groups[round(c, 1)]
        order = sorted(own, key=own.get)
        at = order.index(forms.get(label, label)) - (len(order) - 1) / 2
        found[label] = Place(label, c, c * np.exp(SIDE * at), ends)
    return found


def extent(places: dict[str, Place]) -> tuple[float, float]:
    """The axis: methods far below SGD do not press the others together."""
    values = np.array([p.value for p in places.values()])
    highs = np.array([p.ends[2] for p in places.values()])
    far = WIDEST * max(float(np.median(np.abs(values))), 0.1)
    low, high = max(values.min(), -far), min(max(highs.max(), 0.1), far)
    margin = 0.1 * (high - low)
    return low - margin, high + margin


def front(places: list[Place]) -> list[Place]:
    """Those than which none is both cheaper and better, by cost."""
    best: list[Place] = []
    for place in sorted(places, key=lambda p: (p.cost, -p.value)):
        if not best or place.value > best[-1].value:
            best.append(place)
    return best


def named(places: dict[str, Place], best: list[Place]) -> list[Place]:
    """The front, whatever stands alone at its cost, and what is told from SGD."""
    counts = [round(p.cost, 1) for p in places.values()]
    return [
        p
        for p in places.values()
        if p in best or p.sign > 0 or counts.count(round(p.cost, 1)) <= 2
    ]


def _arrow(axes: Axes, plain: Place, stable: Place) -> None:
    axes.annotate(
        "", (stable.x, stable.value), (plain.x, plain.value),
        arrowprops={"arrowstyle": "->", "lw": 0.7, "color": "#444444",
                    "shrinkA": 2, "shrinkB": 2, "mutation_scale": 6},
        annotation_clip=True, zorder=3,
    )  # fmt: skip


def _point(axes: Axes, place: Place, scaled: bool, low: float, high: float) -> None:
    """Filled where told from SGD; a triangle where it lies below the axis."""
    color = COLORS[place.sign] if place.label != ONE else "black"
    value, *ends = place.ends
    axes.plot([place.x] * 2, ends, color=color, lw=0.7, alpha=0.35, zorder=1)
    face = color if place.sign or place.label == ONE else "white"
    mark = "D" if scaled else "o"
    y, size = value, 3.4 if scaled else 4.0
    if not low < value < high:
        mark, y, size = "v", low + 0.02 * (high - low), 4.0
    axes.plot(place.x, y, mark, color=color, mfc=face, ms=size, mew=0.9, zorder=4)


def _names(axes: Axes, chosen: list[Place], ends: tuple[float, float]) -> None:
    """Names right of their points, pushed apart until none covers another."""
    low, high = ends
    step = APART * (high - low)
    heights = spread([np.clip(p.value, low + step, high - step) for p in chosen], step)
    for place, y in zip(chosen, heights, strict=True):
        axes.annotate(
            name(place.label), (place.x, np.clip(place.value, low, high)),
            (place.x * 1.05, y), **LABEL,
        )  # fmt: skip


def spread(heights: list[float], step: float) -> list[float]:
    """The nearest heights in the same order that are a step apart."""
    order = np.argsort(heights, kind="stable")
    # Least squares under h_i+1 - h_i >= step: pools of neighbours that touch.
    pools: list[list[float]] = []
    for rank, at in enumerate(order):
        pools.append([heights[at] - rank * step])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    flat = [float(np.mean(pool)) for pool in pools for _ in pool]
    found = [0.0] * len(heights)
    for rank, at in enumerate(order):
        found[at] = flat[rank] + rank * step
    return found


def _legend() -> list[Line2D]:
    point = {"ls": "", "ms": 4, "mew": 0.9}
    return [
        Line2D([], [], marker="o", color="#444444", **point, label="plain"),
        Line2D([], [], marker="D", color="#444444", **point, label="with Stable"),
        Line2D([], [], **FRONT, label="front of the means"),
        Line2D([], [], marker="o", color=COLORS[1], **point, label="above SGD"),
        Line2D([], [], marker="o", color=COLORS[-1], **point, label="below SGD"),
        Line2D([], [], marker="o", color=COLORS[0], mfc="white", **point,
               label="undecided"),
    ]  # fmt: skip


def _caption(dataset: xarray.Dataset) -> str:
    said = [str(dataset.attrs[n]) for n in ("statistic", "multiplicity")
            if n in dataset.attrs]  # fmt: skip
    return caption(
        "; ".join([*said, "arrows from plain to Stable"]) + ".",
        "A value counts as 1/3, a Hessian-vector product as 2 gradients; methods of "
        "equal cost stand side by side; triangles lie below the axis.",
    )
