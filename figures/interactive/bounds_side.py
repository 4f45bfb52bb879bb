"""The lower half of a bound's picture: one step, over a whole class of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import numpy as np
from ipywidgets import HTML, Button, Dropdown, FloatSlider, IntSlider, Layout, VBox

from figures.claims import phenomena
from figures.interactive import bounds_class, controls
from figures.interactive.board import Board
from figures.interactive.bounds_choice import snapped
from figures.interactive.bounds_class import Question
from figures.interactive.bounds_class_picture import TOP, ClassPicture
from theory.claim import Statement
from theory.ledger import drawn

COARSE = 9  # certified rates beside the present one
NOTHING = (
    "No kept proof or region is about what {} says: it is not about one step over a "
    "whole class of functions. So no worst case is certified here, no region is "
    "proved, and there is no worst function to run on."
)


class Side:
    """Sliders of a class of functions, and what one step does to it.

    Args:
        axes: three.
        board: draws what moves.
    """

    def __init__(self, axes: Any, board: Board) -> None:
        """Asks nothing yet."""
        self.axes, self.picture = axes, ClassPicture(*axes, board)
        self.changed: Callable[[], None] = lambda: None
        self.measures = _menu("about a step's", self._measure)
        self.methods = _menu("method", self._still)
        # Exact; the sliders show them rounded.
        self.numbers = {"mu": 0.1, "eta": 1.0, "rho": 0.5}
        self.mu = self._slider("mu", "mu / beta", -1.0, 0.9)
        self.eta = self._slider("eta", "eta beta", 0.01, TOP)
        self.rho = self._slider("rho", "rho beta", 0.01, 4.0)
        self.steps = IntSlider(
            value=6, min=1, max=40, description="T, of the run",
            layout=controls.WIDE, style=controls.WORDS,
        )  # fmt: skip
        self.steps.observe(self._moved, "value")
        self.words = HTML(layout=Layout(width="30em"))
        self.button = Button(description="Verify these proofs")
        self.button.layout.width = "14em"
        self.button.on_click(self._verify)
        self.box = VBox(
            [
                HTML("<b>One step, over a whole class of functions</b>"), self.words,
                self.button, self.measures, self.methods, self.mu, self.eta, self.rho,
                self.steps,
            ]
        )  # fmt: skip
        self.widget = self.box
        self.statement, self.quiet, self.asks = None, False, False

    @property
    def question(self) -> Question:
        """What the sliders ask."""
        return Question(self.methods.value, self.measures.value, **self.numbers)

    def about(self, statement: Statement) -> None:
        """Another statement, or the same again."""
        if statement is self.statement:
            return
        self.statement, self.quiet = statement, True
        asked = bounds_class.asked(statement)
        self.asks = bool(asked)
        self.box.layout.display = "" if asked else "none"
        if not asked:
            self._silent()
        else:
            self.measures.options, self.measures.value = asked, asked[0]
            self.quiet = False
            self._measure()
        self.quiet = False

    def begin(self, case: dict[str, Any]) -> None:
        """Another case: where it names no mu, it is about all convex functions."""
        self.follow({"mu": 0.0} | case)

    def follow(self, case: dict[str, Any]) -> None:
        """The claim's own numbers, and its method, are the class's too."""
        if not self.asks:
            return
        self.quiet, before = True, self.question
        for name, value in bounds_class.from_case(case).items():
            slider = getattr(self, name)
            self.numbers[name] = min(max(value, slider.min), slider.max)
            slider.value = self.numbers[name]
        word = case.get("method")
        if isinstance(word, str) and word in self.methods.options:
            self.methods.value = word
        self.quiet = False
        now = self.question
        if (now.method, now.mu) != (before.method, before.mu):
            self._still()
        self.picture.move(now)

    def pieces(self) -> Iterator[tuple]:
        """The worst case here, a function that has it, and worst cases beside it."""
        if not self.asks:
            return
        question = self.question
        try:
            found = bounds_class.certified(question)
        except ValueError as error:
            yield self._say, str(error)
            return
        yield self._certified, (question, found.value)
        worst = bounds_class.worst_function(question, found.value)
        yield self._function, (question, worst)
        eta, value = [question.eta], [found.value]
        for each in np.linspace(0.1, TOP - 0.1, COARSE):
            other = Question(
                question.method,
                question.measure,
                question.mu,
                float(each),
                question.rho,
            )
            eta.append(float(each))
            value.append(bounds_class.certified(other).value)
            yield self._along, (list(eta), list(value))

    def fit(self) -> None:
        """Room for what is drawn."""
        if self.asks:
            self.picture.fit()

    def _measure(self, change: Any = None) -> None:
        if not self.quiet:
            self.quiet = True
            known = bounds_class.methods(self.measures.value)
            self.methods.options, self.methods.value = known, known[0]
            self.quiet = False
            self._still(change)

    def _still(self, change: Any = None) -> None:
        """Another method, measure or class; by a menu or slider where it changed."""
        if self.quiet:
            return
        self._say(self.picture.still(self.question))
        self.button.disabled = bounds_class.covering(self.question) is None
        self.picture.along([], [])
        self.picture.move(self.question)
        if change is not None:
            self.changed()

    def _moved(self, change: Any) -> None:
        if self.quiet:
            return
        for name, exact in self.numbers.items():
            if change["owner"] is getattr(self, name):
                if snapped(change["owner"], exact, change["new"]):
                    return
                self.numbers[name] = round(change["new"], 9)  # -1 + 100 / 100 is no 0
        if change["owner"] is self.mu:
            self._still(change)
            return
        self.picture.move(self.question)
        self.changed()

    def _silent(self) -> None:
        self.picture.silent(NOTHING.format(self.statement.id))
        if self.statement.picture is not None:
            own = self.axes[1]
            own.set_axis_on()
            phenomena.panel(own, self.statement.id, drawn(self.statement.picture()))
        self._say("")

    def _say(self, words: str) -> None:
        self.words.value = escape(words)

    def _certified(self, found: tuple) -> None:
        question, value = found
        self.picture.certified(question, value)
        bad = value > question.harmless + 1e-6
        self._say(
            f"Certified over all functions of the class: the ratio is at most "
            f"{value:.5g}{', and so large on some' * bad}. {self._proved()}",
        )

    def _proved(self) -> str:
        end = self.picture.proved(self.numbers["rho"])
        if not end:
            return "No kept proof covers this radius."
        side = "is" if self.numbers["eta"] <= end else "is not"
        return (
            f"At this radius it is proved up to eta beta = {end:.4g}: "
            f"the point {side} in the proved region."
        )

    def _function(self, found: tuple) -> None:
        self.picture.seen(*found, self.steps.value)

    def _along(self, found: tuple) -> None:
        self.picture.along(*found)

    def _verify(self, _: Any = None) -> None:
        """Every rectangle of the region, in fractions."""
        name, strip = bounds_class.covering(self.question)
        good = bounds_class.verified(name)
        words = f"all {len(strip.columns)} rectangles are proved, in fractions, now"
        self._say(f"{name}: {words if good else 'NOTHING IS PROVED'}.")

    def _slider(self, name: str, words: str, low: float, high: float) -> FloatSlider:
        slider = FloatSlider(
            value=self.numbers[name], min=low, max=high, step=0.01, description=words,
            layout=controls.WIDE, style=controls.WORDS, readout_format=".2f",
        )  # fmt: skip
        slider.observe(self._moved, "value")
        return slider


def _menu(words: str, call: Any) -> Dropdown:
    menu = Dropdown(description=words, layout=controls.WIDE, style=controls.WORDS)
    menu.observe(call, "value")
    return menu
