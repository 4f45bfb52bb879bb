"""A claim drawn along one of its parameters, and all its cases beside each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures import style
from figures.interactive.board import Board
from figures.interactive.bounds_curve import At, Line
from figures.interactive.claims_all import Seen
from figures.interactive.claims_knobs import Knob
from theory.claim import Claim
from theory.outcome import OK, UNDECIDED, VIOLATED, Outcome

COLORS = {
    OK: style.JUDGED["holds"],
    UNDECIDED: style.JUDGED["open"],
    VIOLATED: style.JUDGED["refuted"],
}
WAITING = "#BBBBBB"
MOST_LINES = 4  # numbers of a case that have a line each
SIDE = {"<=": "at most ", ">=": "at least ", "==": ""}
ROUNDING = 1e-3  # a tolerance below it is not worth a word
WIDE = 50  # largest over least value, from which an axis is logarithmic


class Along:
    """The bound over a parameter, the assumptions, and what is measured.

    Args:
        axes: where.
        board: draws what moves.
    """

    def __init__(self, axes: Axes, board: Board) -> None:
        """Draws nothing yet."""
        self.axes, self.board = axes, board
        self.outside = axes.fill_between(
            [0, 1], 0, 1, transform=axes.get_xaxis_transform(), color="#E8E4DA", lw=0
        )
        self.bounds = [axes.plot([], [], color="k")[0] for _ in range(MOST_LINES)]
        (self.seen,) = axes.plot([], [], "o", ms=4, color="#4477AA", mfc="none")
        self.place = axes.axvline(np.nan, color="#999999", lw=0.8, ls=":")
        (self.range,) = axes.plot([], [], lw=2.5, alpha=0.6)
        (self.bound,) = axes.plot([], [], "k_", ms=14, mew=2)
        (self.now,) = axes.plot([], [], "o", ms=9, mec="white", mew=1)
        self.note = axes.text(
            0.5, 0.5, "", transform=axes.transAxes, ha="center", va="center"
        )
        look = {"color": COLORS[VIOLATED], "mec": "k", "markevery": [-1]}
        (self.counter,) = axes.plot([], [], "X-", ms=13, **look)
        board.moves(
            self.outside, self.counter, *self.bounds, self.seen, self.place,
            self.range, self.bound, self.now,
        )  # fmt: skip
        self.values: list[np.ndarray] = []

    def still(self, claim: Claim, knob: Knob) -> None:
        """Another claim or parameter: names and scales."""
        self.axes.set_axis_on()
        self.note.set_text("")
        near = "" if claim.rtol < ROUNDING else f", within {100 * claim.rtol:g} %"
        said = f"{claim.id}: measured is {SIDE[claim.relation]}the bound{near}"
        self.axes.set_title(said)
        self.axes.set_xlabel(knob.label)
        self.axes.set_xscale("log" if knob.log else "linear")
        self.axes.set_xlim(knob.low, knob.high)

    def silent(self, name: str) -> None:
        """A claim without a number to move: says so."""
        nothing = [np.nan, np.nan]
        for artist in (*self.bounds, self.seen, self.place, self.range, self.bound):
            artist.set_data(nothing, nothing)
        for artist in (self.now, self.counter):
            artist.set_data(nothing, nothing)
        self.outside.set_data([0, 1], 0, 1, where=[False, False])
        self.axes.set_axis_off()
        self.axes.set_title("")
        self.note.set_text(
            f"{name} has no number to move:\nits cases are on the right."
        )

    def line(self, line: Line) -> None:
        """The bound, and where it is said."""
        bound = np.where(np.isfinite(line.bound), line.bound, np.nan)
        for k, drawn in enumerate(self.bounds):
            own = bound[:, k] if k < bound.shape[1] else np.full(len(line.x), np.nan)
            drawn.set_data(line.x, own)
        self.outside.set_data(line.x, 0, 1, where=~line.inside)
        self.values = [bound[:, :MOST_LINES]]

    def point(self, value: float, at: At) -> None:
        """Where the sliders stand; what is measured there is not yet known."""
        self.place.set_xdata([value, value])
        self.bound.set_data([value], [at.bound[0]])
        self.now.set_data([], [])
        self.range.set_data([], [])

    def measured(self, value: float, found: Outcome) -> None:
        """What is measured where the sliders stand."""
        color = COLORS[found.status]
        self.now.set_data([value], [found.measured])
        self.now.set_color(color)
        self.bound.set_data([value], [found.bound])
        self.range.set_data([value, value], [found.low, found.high])
        self.range.set_color(color)

    def others(self, x: list[float], y: list[float], fresh: bool = True) -> None:
        """What is measured along the parameter; pale when other numbers moved."""
        self.seen.set_data(x, y)
        self.seen.set_alpha(1.0 if fresh else 0.25)

    def refuted(self, x: float, y: float, bound: float) -> None:
        """The case that refutes the claim, joined to its own bound; NaN: none."""
        self.counter.set_data([x, x], [bound, y])

    def fit(self, room: float = 0.08) -> None:
        """Room for all that is drawn."""
        drawn = (self.now, self.bound, self.seen, self.range, self.counter)
        parts = [*self.values, *(np.asarray(a.get_ydata(), float) for a in drawn)]
        fit(self.axes, np.concatenate([np.ravel(part) for part in parts]), room)

    def misses(self) -> bool:
        """Whether the bound or the measurement here is out of sight."""
        low, high = self.axes.get_ylim()
        y = np.concatenate([self.now.get_ydata(), self.bound.get_ydata()]).astype(float)
        return bool(((y < low) | (y > high)).any())


def cases(axes: Axes, seen: list[Seen], count: int, worst: Seen | None) -> None:
    """All cases: measured with its interval, and the bound as a dash.

    Args:
        axes: cleared first.
        seen: as far as they are known.
        count: of all cases.
        worst: the one that refutes, if any.
    """
    axes.clear()
    known = [each for each in seen if each.outcome]
    for each in known:
        _case(axes, each.number + 1, each.outcome)
    if worst is not None:
        axes.plot(
            worst.number + 1, worst.outcome.measured, "X", ms=13, zorder=5,
            color=COLORS[VIOLATED], mec="k",
        )  # fmt: skip
    left = count - len(seen)
    title = f"every case of the claim{f', {left} to come' * (left > 0)}"
    axes.set_title(title + "; cross: the counterexample" * (worst is not None))
    axes.set(xlabel="case", xlim=(0.5, count + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    seen = [e.outcome for e in known]
    fit(axes, np.ravel([(o.measured, o.low, o.high, o.bound) for o in seen]))


def _case(axes: Axes, x: int, found: Outcome) -> None:
    color = COLORS[found.status]
    face = "white" if found.outside else color
    axes.plot([x, x], [found.low, found.high], color=color, lw=2, alpha=0.6)
    axes.plot(x, found.measured, "o", ms=6, color=color, mfc=face)
    axes.plot(x, found.bound, "k_", ms=9, mew=1.6)


def fit(axes: Axes, values: Any, room: float = 0.08) -> None:
    """Limits, and a logarithmic axis where the values are of different sizes.

    Args:
        axes: whose.
        values: what is to be seen; infinite ones are not.
        room: share of the range that is left free at each end.
    """
    y = np.asarray(values, dtype=float)
    y = y[np.isfinite(y)]
    if not y.size:
        return
    low, high = y.min(), y.max()
    if low > 0 and high > WIDE * low:
        axes.set_yscale("log")
        more = (high / low) ** room
        axes.set_ylim(low / more, high * more)
        return
    least = np.abs(y[y != 0]).min() if y.any() else 1.0
    if low >= 0 and high > 1e3 * least:
        axes.set_yscale("symlog", linthresh=least)
    else:
        axes.set_yscale("linear")
    # What is equal to a few digits shall look so.
    free = max(room * (high - low), 0.05 * max(abs(high), abs(low)), 1e-12)
    axes.set_ylim(low - free, high + free)
