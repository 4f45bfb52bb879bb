"""Every bound of the ledger, explored: curve, worst case, proved region and runs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from time import perf_counter
from typing import Any

import numpy as np
from ipywidgets import HTML, Button

from figures.interactive import controls
from figures.interactive.board import Board
from figures.interactive.bounds_choice import Choice
from figures.interactive.bounds_curve import Line, at, grid, line, measured
from figures.interactive.bounds_picture import Along, cases
from figures.interactive.bounds_side import Side
from figures.interactive.claims_all import Seen, outcomes, place, refuting
from figures.interactive.claims_case import lead, member
from figures.interactive.claims_later import Later, whole
from theory.outcome import Outcome, told

FINE, COARSE = 41, 9  # places along a parameter, of the bound and of measurements
OFTEN = 0.7  # seconds between two redraws of all, while results arrive
LIGHT = 0.04  # seconds that a slider's move may cost in one part
WORDS = (
    "Black: the bound. Green, red or grey: measured, and on the right side of the "
    "bound, on the wrong side, or undecided. Sand: outside of the claim's assumptions. "
    "In the list of cases, an open point lies outside on purpose. A cross is the "
    "counterexample; a red line joins it to its own bound, which is not the black one "
    "where other numbers differ."
)


class Bounds:
    """Menus, sliders and one picture of a claim.

    Args:
        statement: id of the first one shown, or of one of its claims: `P5.pairs`.

    Raises:
        ValueError: there is no such statement; the nearest are named.
    """

    def __init__(self, statement: str = "T14") -> None:
        """Draws the first claim."""
        self.figure = controls.figure(9.4, 6.0)
        self.board = Board(self.figure)
        # A layout that is computed takes longer than all the rest of a redraw.
        self.figure.set_layout_engine("none")
        edges = {"left": 0.065, "right": 0.985}
        top = self.figure.add_gridspec(1, 2, top=0.95, bottom=0.58, **edges)
        low = self.figure.add_gridspec(1, 3, top=0.43, bottom=0.09, wspace=0.3, **edges)
        left, self.list = top.subplots()
        self.along = Along(left, self.board)
        self.side = Side(low.subplots(), self.board)
        self.later, self.rest = Later(self.say), controls.Rest(self.settle)
        self.status, self.ruling = HTML(), HTML()
        self.jump = Button(description="Go to the counterexample")
        self.jump.layout.width = "auto"
        self.jump.on_click(self.go)
        self.slow: dict[str, float] = {}
        self.judged: dict[str, list[Seen]] = {}
        self.ready, self.next = False, 0.0
        self.choice = Choice(statement, self.chosen, self.moved)
        self.ready = True
        self.side.changed = self.asked
        self.chosen()
        self.widget = controls.below(
            # By their lower ends: all sliders stand where the picture begins.
            controls.beside(self.choice.widget, self.side.widget, by="flex-end"),
            self.status,
            controls.shown(self.figure),
            controls.beside(self.ruling, self.jump),
            HTML(WORDS),
        )

    def _ipython_display_(self) -> None:
        controls.show(self.widget, self.figure)

    def say(self, words: str) -> None:
        """A line above the picture."""
        self.status.value = escape(words)

    def chosen(self) -> None:
        """Another statement, claim, case or parameter."""
        if not self.ready and not hasattr(self, "choice"):
            return
        claim, knob = self.choice.claim, self.choice.knob
        self.slow = {}
        if knob is None:
            self.along.silent(claim.id)
        else:
            self.along.still(claim, knob)
        self.along.others([], [])
        self.along.refuted(np.nan, np.nan, np.nan)
        self.side.about(self.choice.statement)
        self._listed()
        self.side.begin(self.choice.one)
        self.move()
        self.settle()

    def moved(self) -> None:
        """A slider moves: what is light follows, the rest when it rests."""
        self.later.stop()
        self.move()
        self.rest.again()

    def asked(self) -> None:
        """A slider of the class moves."""
        self.later.stop()
        self.board.refresh()
        self.rest.again()

    def move(self) -> None:
        """The bound and, where it costs little, the measurement."""
        self.say("")
        one, knob = self.choice.one, self.choice.knob
        if knob is not None:
            here = at(self.choice.claim, one)
            if here.fault:
                self.say(f"The bound says nothing here: {here.fault}")
            self.along.others(*self.along.seen.get_data(), fresh=False)
            self._light("line", self._line, self.along.line)
            self.along.point(knob.get(one), here)
            self._light("measured", self._measured, self._show_measured)
            if self.along.misses():
                self.along.fit(room=0.5)  # so that it is not soon missed again
                self.board.redraw()
        self.side.follow(one)
        self.board.refresh()

    def settle(self) -> None:
        """All that takes longer, piece by piece."""
        self.later.start(self.pieces(), self.show)

    def pieces(self) -> Iterator[tuple]:
        """What is computed apart: pairs of what shows a result, and the result."""
        if self.choice.knob is not None:
            yield self._show_line, self._timed("line", self._line)
            yield self._show_measured, self._timed("measured", self._measured)
        yield from self.side.pieces()
        yield from self._others()
        if self.choice.claim.id not in self.judged:
            seen: list[Seen] = []
            for each in outcomes(self.choice.claim):
                seen = [*seen, each]
                yield self._show_case, (self.choice.claim.id, seen)
            self.judged[self.choice.claim.id] = seen
            yield self._show_case, (self.choice.claim.id, seen)
        if self.choice.knob is not None:
            yield self._show_refuted, self._refuted()

    def show(self, piece: tuple | None) -> None:
        """One result, drawn if that is not too soon again; None: all is there."""
        if piece is not None:
            piece[0](piece[1])
            if not self.later.busy or perf_counter() < self.next:
                return
        if self.choice.knob is not None:
            self.along.fit()
        self.side.fit()
        self.board.redraw()
        if piece is None:
            whole(self.figure.canvas)
        self.next = perf_counter() + OFTEN

    def go(self, _: Any = None) -> None:
        """The sliders go to the case that refutes the claim."""
        found = self._where()
        if found is not None:
            self.choice.go_to(*found[:2])

    def _where(self) -> tuple[int, int, Seen] | None:
        """The case that refutes, and which of many it is."""
        claim = self.choice.claim
        worst = refuting(claim, self.judged.get(claim.id, []))
        if worst is None:
            return None
        case = self.choice.all[worst.number]
        return worst.number, place(claim, case, worst.outcome), worst

    def _refuted(self) -> tuple[float, float, float]:
        """Where the case that refutes lies along the parameter, and its bound."""
        found, choice = self._where(), self.choice
        if found is None or choice.knob.name not in choice.all[found[0]]:
            return np.nan, np.nan, np.nan
        case = choice.all[found[0]]
        shape = lead(choice.claim, case)
        one = member(case, shape, found[1]) if shape else case
        seen = found[2].outcome
        return choice.knob.get(one), seen.measured, seen.bound

    def _show_refuted(self, found: tuple[float, float, float]) -> None:
        self.along.refuted(*found)

    def _line(self) -> Line:
        choice = self.choice
        x = grid(choice.knob, choice.knob.get(choice.one), FINE)
        return line(choice.claim, choice.one, choice.shape, choice.knob, x)

    def _measured(self) -> tuple[float, Outcome | str]:
        value = self.choice.knob.get(self.choice.one)
        try:
            return value, measured(self.choice.claim, self.choice.one)
        except ValueError as error:
            return value, str(error)

    def _others(self) -> Iterator[tuple]:
        """Measurements along the parameter."""
        choice, x, y = self.choice, [], []
        if choice.knob is None:
            return
        for value in grid(choice.knob, choice.knob.get(choice.one), COARSE):
            try:
                found = measured(choice.claim, choice.knob.put(choice.one, value))
            except ValueError:
                continue
            x, y = [*x, value], [*y, found.measured]
            yield self._show_others, (x, y)

    def _show_line(self, found: Line) -> None:
        self.along.line(found)

    def _show_others(self, found: tuple) -> None:
        self.along.others(*found)

    def _show_measured(self, found: tuple) -> None:
        value, seen = found
        if isinstance(seen, str):
            self.say(seen)
        else:
            self.along.measured(value, seen)
            self.say(told(self.choice.claim, seen))

    def _show_case(self, found: tuple) -> None:
        if found[0] == self.choice.claim.id:
            self._listed(found[1])

    def _listed(self, seen: list[Seen] | None = None) -> None:
        """All cases, and the counterexample among them."""
        claim, count = self.choice.claim, len(self.choice.all)
        seen = self.judged.get(claim.id, []) if seen is None else seen
        worst = refuting(claim, seen)
        cases(self.list, seen, count, worst)
        self.jump.disabled = worst is None
        words = f"{len(seen)} of {count} cases are measured: no counterexample."
        if worst is not None:
            words = f"Refuted. Case {worst.number + 1}: {told(claim, worst.outcome)}"
        self.ruling.value = escape(words)

    def _timed(self, name: str, make: Any) -> Any:
        began = perf_counter()
        made = make()
        self.slow[name] = perf_counter() - began
        return made

    def _light(self, name: str, make: Any, show: Any) -> None:
        """Does it now, unless it took long when it was last done."""
        if self.slow.get(name, 1.0) <= LIGHT:
            show(self._timed(name, make))
