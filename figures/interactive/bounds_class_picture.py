"""A step over a class of functions, drawn: proved, certified, and run on the worst."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from figures import style
from figures.interactive import bounds_class
from figures.interactive.board import Board
from figures.interactive.bounds_class import Question
from theory.counterexample import Counterexample
from theory.iterate import iterate
from theory.regions.strip import Strip

GOOD, BAD = style.JUDGED["holds"], style.JUDGED["refuted"]
RADII = 41  # of the theorem's curve
TOP = 2.8  # of the learning rates


class ClassPicture:
    """The plane of radii and rates, the ratio over the rate, and the worst function.

    Args:
        plane, ratio, function: axes.
        board: draws what moves.
    """

    def __init__(self, plane: Axes, ratio: Axes, function: Axes, board: Board) -> None:
        """Nothing is asked yet."""
        self.plane, self.ratio, self.function = plane, ratio, function
        self.rectangles: list[tuple[float, float, float]] = []
        look = {"marker": "o", "ms": 9, "mec": "k", "mew": 1, "ls": "none"}
        (self.here,) = plane.plot([], [], **look)
        self.place = ratio.axvline(np.nan, color="#999999", lw=0.8, ls=":")
        (self.worst,) = ratio.plot([], [], "D", ms=4.5, color="#4477AA")
        (self.now,) = ratio.plot([], [], **look | {"marker": "D"})
        (self.run,) = ratio.plot([], [], "x", ms=9, mew=2, color="k")
        self.moving = (self.here, self.place, self.worst, self.now, self.run)
        board.moves(*self.moving)

    def silent(self, words: str) -> None:
        """Says in words why nothing is drawn."""
        for axes in (self.plane, self.ratio):
            _emptied(axes, self.moving)
            axes.set_axis_off()
        for artist in self.moving:
            artist.set_data([np.nan] * 2, [np.nan] * 2)
        self.rectangles = []
        say(self.plane, words)
        self.function.clear()
        self.function.set_axis_off()

    def still(self, question: Question) -> str:
        """Another method, measure or class.

        Returns:
            what is proved, in a line.
        """
        for axes in (self.plane, self.ratio):
            _emptied(axes, self.moving)
            axes.set_axis_on()
        found = bounds_class.covering(question)
        self._plane(question, found and found[1])
        self._ratio(question)
        return _proved(question, found)

    def move(self, question: Question) -> None:
        """The sliders moved: the point goes along, what is certified waits."""
        self.here.set_data([question.rho], [question.eta])
        self.here.set_color("#DDDDDD")
        self.place.set_data([question.eta] * 2, [0, 1])
        self.now.set_data([], [])
        self.run.set_data([], [])

    def certified(self, question: Question, value: float) -> None:
        """The worst ratio at the point."""
        bad = not value <= question.harmless + 1e-6
        color = "#FFFFFF" if np.isnan(value) else BAD if bad else GOOD
        self.here.set_color(color)
        self.now.set_data([question.eta], [value])
        self.now.set_color(color)

    def along(self, eta: list[float], value: list[float]) -> None:
        """The worst ratios at other rates."""
        self.worst.set_data(eta, value)

    def seen(
        self, question: Question, found: Counterexample | None, steps: int
    ) -> None:
        """The worst function that was found, and a run on it."""
        self.function.clear()
        self.function.set_axis_on()
        if found is None:
            self.function.set_axis_off()
            say(self.function, "No function was found that attains the worst case.")
            return
        self.run.set_data([question.eta], [found.ratio])
        if found.landscape.dim > 2:
            self.function.set_axis_off()
            words = f"The worst function has {found.landscape.dim} variables; on it"
            say(self.function, f"{words} the ratio is {found.ratio:.4g}.")
            return
        draw_run(self.function, found, steps)
        worse = found.ratio > question.harmless + found.rounding
        self.function.set_title(
            f"on the worst function: ratio {found.ratio:.4g}"
            + (f" > {question.harmless:g},\na counterexample" if worse else ""),
            color=BAD if worse else "k",
        )

    def _plane(self, question: Question, strip: Strip | None) -> None:
        axes, color = self.plane, question.made.color
        end = float(strip.rho[1]) if strip else 4.0
        self.rectangles = []
        for column in strip.columns if strip else ():
            low, high = map(float, column.rho)
            self.rectangles.append((low, high, float(column.eta)))
            axes.bar(
                low, float(column.eta), high - low, align="edge", color=color,
                alpha=0.28, edgecolor=color, lw=0.4,
            )  # fmt: skip
        rho = np.linspace(end / 1000, end, RADII)
        limits = [bounds_class.known(_at(question, r)) for r in rho]
        if all(limits):
            source = limits[0].source
            words = f"{source}, the exact limit"
            axes.plot(rho, [k.eta for k in limits], color="k", lw=1.2, label=words)
        words = "a kept proof"  # once in the legend
        for kept in bounds_class.kept(question):
            good = kept.factor <= question.harmless
            for r in set(kept.rho):
                look = {"color": GOOD if good else "#777777", "lw": 2}
                axes.plot([r, r], kept.eta, marker="_", ms=6, label=words, **look)
                words = None
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper right")
        axes.set(xlabel=r"$\rho\beta$", ylabel=r"$\eta\beta$")
        axes.set(xlim=(0, end), ylim=(0, TOP))
        axes.set_title(f"{question.made.label}, {bounds_class.words(question.mu)}")

    def _ratio(self, question: Question) -> None:
        axes = self.ratio
        axes.axhline(question.harmless, color="k", lw=0.8)
        known = bounds_class.known(question)
        if known and 0 < known.eta < TOP:
            axes.axvline(known.eta, color="k", lw=1, ls="--", label=known.source)
        proved = self.proved(question.rho)
        if proved:
            axes.axvspan(
                0, proved, color=question.made.color, alpha=0.2, label="proved"
            )
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper left")
        axes.set(xlabel=r"$\eta\beta$", xlim=(0, TOP), title="certified worst case")
        axes.set_ylabel(question.words)

    def fit(self) -> None:
        """Room for the ratios."""
        drawn = (self.worst, self.now, self.run)
        y = np.concatenate([np.asarray(a.get_ydata(), float) for a in drawn])
        y = y[np.isfinite(y)]
        high = min(max([1.15, *y]) * 1.1, 4.0)
        self.ratio.set_ylim(min([0.0, *y]) - 0.05, high)

    def proved(self, rho: float) -> float:
        """The rate up to which the drawn region is proved at a radius, or 0."""
        return max((eta for a, b, eta in self.rectangles if a <= rho <= b), default=0.0)


def draw_run(axes: Axes, found: Counterexample, steps: int) -> None:
    """The function's graph or level lines, and a run on it."""
    f, x = found.landscape, np.asarray(found.points, dtype=float)
    states = iterate(f, found.method, x, found.eta, steps)
    path = np.array([state.x for state in states])  # (T + 1, n, d)
    path = path[np.isfinite(path).all(axis=(1, 2))]
    near = np.vstack([path[:2].reshape(-1, f.dim), np.zeros((1, f.dim))])
    low, high = near.min(axis=0), near.max(axis=0)
    room = 0.35 * max((high - low).max(), 1e-9)
    (_line if f.dim == 1 else _levels)(axes, f, low - room, high + room)
    for k in range(x.shape[0]):
        own = path[:, k]
        y = f.value(own) if f.dim == 1 else own[:, 1]
        axes.plot(own[:, 0], y, "o-", ms=4, lw=1, color=found.method.color)
        axes.plot(own[0, 0], y[0], "o", ms=8, mfc="white", color=found.method.color)
    if found.minimiser is not None:
        origin = 0.0 if f.dim > 1 else f.value(np.zeros(1))
        axes.plot(0, origin, "k*", ms=10)


def say(axes: Axes, words: str) -> None:
    """A few lines in the middle of axes."""
    text = "\n".join(wrap(words, 46))
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)


def _line(axes: Axes, f: Any, low: np.ndarray, high: np.ndarray) -> None:
    x = np.linspace(low[0], high[0], 201)
    y = f.value(x[:, None])
    axes.plot(x, y, color="#777777", lw=1)
    axes.set(xlim=(low[0], high[0]), xlabel="x", ylabel="f")
    room = 0.1 * np.ptp(y)
    axes.set_ylim(y.min() - room, y.max() + room)


def _levels(axes: Axes, f: Any, low: np.ndarray, high: np.ndarray) -> None:
    x, y = (np.linspace(low[i], high[i], 41) for i in (0, 1))
    z = f.value(np.stack(np.meshgrid(x, y), axis=-1))
    axes.contour(x, y, z, levels=14, colors="#BBBBBB", linewidths=0.7)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x", ylabel="y")


def _emptied(axes: Axes, but: tuple) -> None:
    """Takes away all that is still."""
    for artist in [*axes.lines, *axes.patches, *axes.texts, *axes.collections]:
        if artist not in but:
            artist.remove()
    if axes.get_legend():
        axes.get_legend().remove()
    axes.set_title("")


def _at(question: Question, rho: float) -> Question:
    return Question(question.method, question.measure, question.mu, question.eta, rho)


def _proved(question: Question, found: tuple[str, Strip] | None) -> str:
    if found is None:
        return "No region of this method, measure and class is kept: none is proved."
    name, strip = found
    if abs(float(strip.mu) - question.mu) < 1e-9:
        return f"The coloured rectangles are proved (theory/regions/{name}.json)."
    return (
        f"The coloured rectangles are proved for mu = {strip.mu}, a wider class that "
        f"holds this one (theory/regions/{name}.json)."
    )
