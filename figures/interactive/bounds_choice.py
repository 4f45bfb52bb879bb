"""What is explored: a statement, one of its claims, a case, and where sliders stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import Any

from ipywidgets import (
    HTML,
    Dropdown,
    FloatLogSlider,
    FloatSlider,
    HTMLMath,
    IntSlider,
    Layout,
    VBox,
)

from figures.interactive import controls
from figures.interactive.claims_case import all_cases, lead, member
from figures.interactive.claims_knobs import Knob, held, knobs
from theory import claims
from theory.outcome import one_of, words

LONGEST = 90  # letters of a case in the menu
ROOMY = Layout(width="36em")
CASES = "all its cases"
# Which parameter a claim is drawn along, where it has several.
FIRST = ("eta", "rho", "mu", "n", "T", "steps")


class Choice:
    """Menus and sliders that pick a single case of a claim.

    Args:
        name: of the first statement, or of one of its claims: `P5.pairs`.
        chosen: called when another case or parameter is picked.
        moved: called when a slider moves.
    """

    def __init__(
        self, name: str, chosen: Callable[[], None], moved: Callable[[], None]
    ) -> None:
        """Fills the menus."""
        self._chosen, self._moved, self._quiet = chosen, moved, False
        named = {f"{n}: {claims.load(n).title}": n for n in claims.names()}
        first = claims.load(name.partition(".")[0]).id
        self.statements = _menu("statement", named, first)
        self.claims, self.cases = _menu("claim"), _menu("case")
        self.along = _menu("along")
        own = Layout(width="30em")  # hidden at times, and others not with it
        self.member = IntSlider(description="which of many", layout=own)
        self.member.style.description_width = "9em"
        self.says = HTMLMath(layout=ROOMY)
        self.sliders, self.fixed = VBox(), HTML(layout=ROOMY)
        for menu, call in (
            (self.statements, self._statement),
            (self.claims, self._claim),
            (self.cases, self._case),
            (self.member, self._member),
            (self.along, self._along),
        ):
            menu.observe(call, "value")
        self._statement()
        for claim in self.statement.claims:
            if claim.id.lower() == name.lower():
                self.claims.value = claim
        self.widget = VBox(
            [
                self.statements, self.claims, self.says, self.cases, self.member,
                self.along, self.fixed, self.sliders,
            ]
        )  # fmt: skip

    @property
    def knob(self) -> Knob | None:
        """The parameter the claim is drawn along; None: it has no number."""
        return self.along.value

    @property
    def case(self) -> dict[str, Any]:
        """The case that was picked, of many at once all of them."""
        return self.all[self.cases.value]

    def go_to(self, number: int, at: int) -> None:
        """Picks a case, and of many at once one."""
        self.cases.value = number
        self.member.value = at

    def put(self, knob: Knob, value: float) -> None:
        """Moves a slider."""
        self.sliders.children[self.knobs.index(knob)].value = value

    def _statement(self, _: Any = None) -> None:
        self.statement = claims.load(self.statements.value)
        every = self.statement.claims
        named = {f"{c.id} ({c.expected})": c for c in every}
        # A statement that is refuted begins with what refutes it.
        first = next((c for c in every if c.expected == "refuted"), every[0])
        self._fill(self.claims, named, self._claim, first)

    def _claim(self, _: Any = None) -> None:
        if self._quiet:
            return
        self.claim = self.claims.value
        self.says.value = f"<b>{escape(self.claim.id)}</b>: {escape(self.claim.says)}"
        self.all, self.inside = all_cases(self.claim)
        named = {self._words(i, c): i for i, c in enumerate(self.all)}
        self._fill(self.cases, named, self._case)

    def _words(self, number: int, case: dict[str, Any]) -> str:
        beyond = "outside the assumptions: " * (number >= self.inside)
        plain = {name: one_of(value, (), 0) for name, value in case.items()}
        text = f"{number + 1}. {beyond}{words(plain)}"
        return text if len(text) < LONGEST else f"{text[:LONGEST]}..."

    def _case(self, _: Any = None) -> None:
        if self._quiet:
            return
        self.shape = lead(self.claim, self.case)
        self._quiet = True
        most = math.prod(self.shape) - 1
        self.member.min = self.member.value = 0
        self.member.max = max(most, 0)
        self.member.layout.display = "" if most > 0 else "none"
        self._quiet = False
        self._member()

    def _member(self, _: Any = None) -> None:
        if self._quiet:
            return
        case, at = self.case, self.member.value
        self.one = member(case, self.shape, at) if self.shape else dict(case)
        self.knobs = knobs(self.claim, self.all, case)
        self.sliders.children = [self._slider(knob) for knob in self.knobs]
        rest = held(case, self.knobs)
        told = "; ".join(f"{name} ({why})" for name, why in rest.items())
        self.fixed.value = f"Not moved: {escape(told)}." if rest else ""
        named = {knob.label: knob for knob in self.knobs}
        first = next((n for n in FIRST if n in named), next(iter(named), None))
        self._fill(self.along, named or {CASES: None}, self._along, named.get(first))

    def _along(self, _: Any = None) -> None:
        if not self._quiet:
            self._chosen()

    def _slider(self, knob: Knob) -> Any:
        value = knob.get(self.one)
        low, high = min(knob.low, value), max(knob.high, value)
        if knob.log:
            slider = controls.log_slider(knob.label, value, low, high)
        else:
            kind = IntSlider if knob.whole else FloatSlider
            step = 1 if knob.whole else (high - low) / 200 or 0.01
            end = high if high > low else low + step
            least = low if knob.whole else controls.first_step(value, low, step)
            slider = kind(
                min=least, max=end, value=value, step=step, description=knob.label,
                layout=controls.WIDE, style=controls.WORDS,
            )  # fmt: skip
            slider.readout_format = "d" if knob.whole else ".3g"

        def slid(change: Any) -> None:
            if not snapped(slider, knob.get(self.one), change["new"]):
                self.one = knob.put(self.one, change["new"])
                self._moved()

        slider.observe(slid, "value")
        return slider

    def _fill(
        self, menu: Dropdown, named: dict, then: Callable[[], None], first: Any = None
    ) -> None:
        """Other options, and then what follows from the first of them."""
        self._quiet = True
        menu.options = list(named.items())
        menu.value = first if first is not None else next(iter(named.values()))
        self._quiet = False
        then()


def snapped(slider: Any, exact: float, new: float) -> bool:
    """Whether a page only rounded a value to the steps: then it stays exact."""
    if isinstance(slider, IntSlider):
        return False
    if isinstance(slider, FloatLogSlider):
        if min(exact, new) <= 0:
            return False
        exact, new = math.log10(exact), math.log10(new)
    return abs(new - exact) < 0.51 * slider.step


def _menu(words: str, options: dict | None = None, value: Any = None) -> Dropdown:
    menu = Dropdown(description=words, layout=ROOMY)
    menu.style.description_width = "9em"
    if options:
        menu.options, menu.value = list(options.items()), value
    return menu
