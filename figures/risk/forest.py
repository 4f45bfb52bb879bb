"""Does SSAM perform better? Paired gains with simultaneous intervals, case by case."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.risk.comparing import pair, sign
from experiments.risk.counted import cases
from figures import style
from figures.networks.layout import title
from figures.networks.words import drawn
from figures.risk.layout import name
from figures.zoo.pairs import COLORS, legend

NEEDS = ("gain", "gain_low", "gain_high")
SHOWN = (("SSAM", "SAM"), ("SSAM", "USAM"), ("SAM", "GD"), ("SSAM", "GD"))
ROW = 0.125  # inches a case
WIDEST = 2.0  # times the 90th percentile of the farther ends: where axes end
SETTING = (
    "How much lower the first one's mean excess test risk is than the second one's, "
    "both at their own best learning rate and radius, on the same training sets and "
    "mini-batches. Dots: chosen on validation data, with intervals; ticks: in "
    "hindsight. Triangles: beyond the axis."
)


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a pair of methods, a row a case."""
    here = list(cases(dataset))
    known = [p for p in SHOWN if pair(*p) in dataset.pair.values]
    known = known or [tuple(dataset.pair.values[0].split(pair("", "")))]
    figure = Figure(figsize=(style.width(), 1.9 + ROW * len(here)))
    grid = figure.subplots(1, len(known), sharey=True, squeeze=False)[0]
    for (one, two), axes in zip(known, grid, strict=True):
        panel(axes, [case.sel(pair=pair(one, two)) for case in here])
        gap = " " if style.width() > 6 else "\n"
        axes.set_title(f"{drawn(one)}{gap}against {drawn(two)}", pad=14)
        axes.set_xlabel("gain, %")
    grid[0].set_yticks(range(len(here)), _names(here), size="x-small")
    grid[0].set_ylim(len(here) - 0.4, -0.6)
    words = f"Intervals: {dataset.attrs['statistic'].partition(';')[0]}, 95 % together."
    legend(figure, _marks(), SETTING, words)
    title(figure, "Does SSAM perform consistently better?")
    return figure


def panel(axes: Axes, here: list[xarray.Dataset]) -> None:
    """A point with its interval a case; how many are better above."""
    at = [case.sel(judge="validation", horizon="last") for case in here]
    ends = 100 * np.array([[float(c[f"gain{e}"]) for e in ("", "_low", "_high")]
                           for c in at])  # fmt: skip
    signs = np.array([float(sign(c, "gain")) for c in at])
    after = [100 * float(c.gain.sel(judge="hindsight", horizon="last")) for c in here]
    farther = np.abs(ends[:, 1:]).max(axis=1)
    limit = max(1e-3, min(farther.max(), WIDEST * np.quantile(farther, 0.75)))
    axes.set_xlim(-1.05 * limit, 1.05 * limit)
    axes.axvline(0, color=style.THEORY, lw=0.8, zorder=1)
    _stripes(axes, here)
    for y, ((value, low, high), s, tick) in enumerate(
        zip(ends, signs, after, strict=True)
    ):
        color = COLORS[int(s)]
        axes.plot(np.clip([low, high], -limit, limit), [y, y], color=color, lw=0.9)
        for end, beyond, mark in ((-1, low < -limit, "<"), (1, high > limit, ">")):
            if beyond:
                axes.plot(end * limit, y, mark, color=color, ms=2.5, mew=0)
        if abs(value) <= limit:
            axes.plot(value, y, "o", color=color, ms=2.5, mfc=color if s else "white",
                      mew=0.7, zorder=3)  # fmt: skip
        if abs(tick) <= limit:
            axes.plot(tick, y, "|", color="black", ms=4, mew=0.7, zorder=4)
    _counts(axes, signs)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(axis="y", length=0)


def _stripes(axes: Axes, here: list[xarray.Dataset]) -> None:
    """Every second task on grey."""
    tasks = [str(case.task.item()) for case in here]
    order = list(dict.fromkeys(tasks))
    for y, task in enumerate(tasks):
        if order.index(task) % 2 == 0:
            axes.axhspan(y - 0.5, y + 0.5, color="#F0F0F0", lw=0, zorder=0)


def _counts(axes: Axes, signs: np.ndarray) -> None:
    places = {-1: (0.0, "left", "worse"), 0: (0.5, "center", "open"),
              1: (1.0, "right", "better")}  # fmt: skip
    for s, (x, align, word) in places.items():
        told = f"{int((signs == s).sum())} {word}" if style.width() > 6 else (
            f"{int((signs == s).sum())}")  # fmt: skip
        axes.text(x, 1.005, told, transform=axes.transAxes, ha=align, size="x-small",
                  color=COLORS[s])  # fmt: skip


def _names(here: list[xarray.Dataset]) -> list[str]:
    """The task at its first row, n and the batch at all."""
    found, last = [], ""
    for case in here:
        task = name(str(case.task.item()))
        told = f"n {case.n.item()}, b {case.batch.item()}"
        found.append(f"{task}   {told}" if task != last else told)
        last = task
    return found


def _marks() -> list[Line2D]:
    words = {1: "first one better", -1: "first one worse", 0: "open"}
    return [
        Line2D([], [], color=COLORS[s], marker="o", ms=4, lw=1.2, label=told,
               mfc=COLORS[s] if s else "white")
        for s, told in words.items()
    ]  # fmt: skip
