"""The small pictures beside the six answers, of the same numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from figures import style
from figures.claims import phenomena
from figures.networks.words import drawn, plain
from figures.report import numbers
from theory import claims, ledger

WIDTH = 4.6  # inches: still legible on a telephone
LABELS = ("GD", "SAM", "USAM", "SSAM", "SSAM-N")
OFFSET = 0.17  # of two bars or points of one row


def axes(height: float, xlabel: str) -> tuple[Figure, Axes]:
    """An empty picture."""
    figure = Figure(figsize=(WIDTH, height))
    panel = figure.subplots()
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_xlabel(xlabel)
    return figure, panel


def rows(panel: Axes, names: list[str]) -> None:
    """A row a name, the first on top."""
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.tick_params(axis="y", length=0)


def p1() -> Figure:
    """The share of runs that learn nothing, a bar a method and initialisation."""
    figure, panel = axes(2.4, "runs that learn nothing, above descending curvature, %")
    for k, scale in enumerate(numbers.SCALES):
        for y, label in enumerate(LABELS):
            found, at = numbers.unlearnt(scale, label), y + (2 * k - 1) * OFFSET
            shade = {"color": style.color(label), "alpha": 1 - 0.5 * k}
            panel.barh(at, 100 * found.value, 0.3, **shade)
            panel.plot([100 * found.low, 100 * found.high], [at, at], "k-", lw=0.8)
    grey = [Patch(color="#555555", alpha=1 - 0.5 * k) for k in range(2)]
    words = [f"{scale} initialisation" for scale in numbers.SCALES]
    panel.legend(grey, words, loc="center right")
    rows(panel, [drawn(label) for label in LABELS])
    panel.set_xlim(0, 103)
    return figure


def p2() -> Figure:
    """The ratio of the two norms, 5 % to 95 % of all runs, a row a method."""
    figure, panel = axes(2.1, "‖d‖ / ‖g‖ in the last epoch: 5 %, 50 %, 95 % of runs")
    for y, label in enumerate(LABELS):
        low, middle, high = np.quantile(numbers.norms(label), (0.05, 0.5, 0.95))
        color = style.color(label)
        panel.plot([low, high], [y, y], color=color, lw=3, alpha=0.6)
        panel.plot(middle, y, "o", color=color, ms=6)
    panel.axvline(1, color=style.THEORY, lw=0.8, zorder=0)
    panel.set_xscale("log")
    panel.set_xticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
    panel.minorticks_off()
    rows(panel, [drawn(label) for label in LABELS])
    return figure


def p3() -> Figure:
    """The time of a step, without and with Stable, a row a method."""
    figure, panel = axes(3.9, "time of a step over SGD's: ○ plain, ● with Stable")
    names, _, slower, time = numbers.costs()
    for y, (one, factor) in enumerate(zip(time, slower, strict=True)):
        panel.plot([one, one * factor], [y, y], color="#777777", lw=1)
        panel.plot(one, y, "o", mfc="white", mec="#0072B2", ms=4.5)
        panel.plot(one * factor, y, "o", color="#0072B2", ms=4.5)
    rows(panel, [name.replace(" (reconstructed)", "") for name in names])
    panel.set_xlim(0, None)
    return figure


def p4() -> Figure:
    """The largest learning rate that trains over SGD's, with its interval."""
    found = numbers.edges()
    height = 1.0 + 0.27 * len(found)
    figure, panel = axes(height, "largest learning rate that trains, over SGD's")
    for y, (label, _, at) in enumerate(found):
        interval(panel, y, (at.value, at.low, at.high), style.color(label), 1)
    rows(panel, [f"{label}, {plain(task)}" for label, task, _ in found])
    panel.axvline(1, color=style.THEORY, lw=0.8)
    panel.text(1, -0.5, "SGD", ha="center", va="bottom", size=7)
    panel.set_xlim(0.4, 1.06)
    return figure


def p5() -> Figure:
    """T3's own picture: the range of every method over the radius."""
    figure, panel = axes(2.9, "")
    phenomena.panel(panel, "T3", ledger.drawn(claims.load("T3").picture()))
    return figure


def p6() -> Figure:
    """Differences of test accuracy, a row a task, by pairs of methods."""
    figure, panel = axes(4.0, "test accuracy, percentage points")
    names: list[str] = []
    for method, other in numbers.PAIRS:
        for task, *ends in numbers.gained(method, other):
            ends = [100 * end for end in ends]
            interval(panel, len(names), ends, style.color(method), 0)
            names.append(f"{method} − {drawn(other)}, {plain(task)}")
    panel.axvline(0, color=style.THEORY, lw=0.8)
    rows(panel, names)
    return figure


def interval(panel: Axes, y: int, ends: list | tuple, color: str, at: float) -> None:
    """A point with its interval, hollow where that holds a value."""
    value, low, high = ends
    face = "white" if low <= at <= high else color
    panel.plot([low, high], [y, y], color=color, lw=1.6)
    panel.plot(value, y, "o", color=color, mfc=face, ms=5)


SKETCHES: dict[str, Callable[[], Figure]] = {
    f.__name__.upper(): f for f in (p1, p2, p3, p4, p5, p6)
}
