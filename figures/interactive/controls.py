"""Sliders, tables and buttons of the notebooks, and how they tell what is wrong."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display
from ipywidgets import (
    HTML,
    Button,
    FloatLogSlider,
    FloatSlider,
    HBox,
    IntProgress,
    Layout,
    VBox,
)

from figures.interactive.begin import spoken

PAUSE = 0.25  # seconds without a move
WIDE = Layout(width="27em")
WORDS = {"description_width": "9em"}
CELL = "padding:2px 10px;text-align:left;vertical-align:top;line-height:1.35"


def log_slider(
    words: str, value: float, low: float, high: float, what: str = ""
) -> FloatLogSlider:
    """A slider of a positive number, by equal factors.

    Args:
        words: its label; may hold `$...$`.
        value: where it begins.
        low: the least value, > 0.
        high: the largest.
        what: shown while the mouse rests on it.
    """
    return FloatLogSlider(
        value=value,
        min=math.log10(low),
        max=math.log10(high),
        step=math.log10(high / low) / 200,
        description=words,
        tooltip=what or words,
        readout_format=".3g",
        layout=WIDE,
        style=WORDS,
    )


def slider_from_zero(words: str, high: float) -> FloatSlider:
    """A slider of a number that may be 0, where it begins."""
    return FloatSlider(
        value=0.0,
        min=0.0,
        max=high,
        step=high / 50,
        description=words,
        readout_format=".3g",
        layout=WIDE,
        style=WORDS,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """HTML of a small table; cells are HTML already."""

    def row(cells: Sequence[str], tag: str) -> str:
        return "".join(f'<{tag} style="{CELL}">{cell}</{tag}>' for cell in cells)

    body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in rows)
    return f"<table><tr>{row(head, 'th')}</tr>{body}</table>"


def swatch(color: str, words: str) -> str:
    """HTML of words behind a square of a colour."""
    return f'<span style="color:{color}">&#9632;</span>&nbsp;{escape(words)}'


@contextmanager
def telling(status: HTML) -> Iterator[None]:
    """What bad input raises inside stands in one line beside the picture."""
    try:
        yield
    except spoken() as error:
        status.value = f'<span style="color:#B00020">{escape(str(error))}</span>'


class Work:
    """A button for what takes seconds, with its progress and its answer in a line.

    Args:
        words: on the button.
        steps: `steps(say)` is a generator function; it yields the share done, from 0
            to 1, after every piece of work. `say(text)` writes the line.
    """

    def __init__(self, words: str, steps: Callable[..., Iterable[float]]) -> None:
        """Nothing is done yet."""
        self.button = Button(description=words, layout=Layout(width="auto"))
        self.bar = IntProgress(max=1000, layout=Layout(width="16em"))
        self.status = HTML()
        self.bar.layout.visibility = "hidden"
        self.widget = HBox([self.button, self.bar, self.status])
        self._steps = steps
        self.button.on_click(self.run)

    def say(self, text: str) -> None:
        """Writes the line beside the bar."""
        self.status.value = escape(text)

    def run(self, _: Any = None) -> None:
        """Does the work; a second click meanwhile finds the button asleep."""
        self.button.disabled, self.bar.value = True, 0
        self.bar.layout.visibility = "visible"
        self.say("")
        try:
            with telling(self.status):
                for share in self._steps(self.say):
                    self.bar.value = round(1000 * share)
        finally:
            self.button.disabled = False
            self.bar.layout.visibility = "hidden"


class Rest:
    """Calls when nothing has moved for a moment: then there is time for longer work.

    Args:
        call: what is called; at once where no loop of events runs.
    """

    def __init__(self, call: Callable[[], None]) -> None:
        """Nothing has moved yet."""
        self._call, self._timer = call, None

    def again(self) -> None:
        """Something moved."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._call()
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(PAUSE, self._call)


def figure(width: float, height: float) -> Any:
    """A figure for a notebook: a widget where `%matplotlib widget` is on.

    It is not shown by itself: its `canvas` is put among the controls.
    """
    from matplotlib import pyplot

    from figures import style

    with pyplot.ioff(), pyplot.rc_context(style.SCREEN):
        return pyplot.figure(figsize=(width, height), dpi=100, layout="constrained")


def shown(figure: Any) -> ipywidgets.Widget:
    """What stands for a figure among controls: its canvas; without one, nothing."""
    canvas = figure.canvas
    return canvas if isinstance(canvas, ipywidgets.Widget) else HTML()


def show(widget: ipywidgets.Widget, *figures: Any) -> None:
    """Shows controls with figures among them, as the output of a cell.

    Args:
        widget: that is shown.
        *figures: those in it; a page that only reads, without a kernel, has their
            pictures as they are now.
    """
    for one in figures:
        if isinstance(one.canvas, ipywidgets.Widget):
            one.canvas._repr_mimebundle_()  # keeps the picture in the widget's state
    display(widget)


def beside(*columns: Any) -> HBox:
    """Widgets side by side."""
    return HBox(
        list(columns), layout=Layout(align_items="flex-start", flex_flow="row wrap")
    )


def below(*rows: Any) -> VBox:
    """Widgets below each other."""
    return VBox(list(rows))
