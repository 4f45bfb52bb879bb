"""Sliders, tables and figures of the notebooks, and how they stand together."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display
from ipywidgets import HTML, FloatLogSlider, FloatSlider, HBox, Layout, VBox

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
    least, step = math.log10(low), math.log10(high / low) / 200
    return FloatLogSlider(
        value=value,
        min=first_step(math.log10(value), least, step),
        max=math.log10(high),
        step=step,
        description=words,
        tooltip=what or words,
        readout_format=".3g",
        layout=WIDE,
        style=WORDS,
    )


def first_step(value: float, low: float, step: float) -> float:
    """The least number from `low` on, from which equal steps lead to `value`.

    A page shows a value that lies between two steps rounded to one of them.
    """
    return low + (value - low) % step if step > 0 else low


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


def show(widget: ipywidgets.Widget, figure: Any = None) -> None:
    """Shows controls as the output of a cell.

    Args:
        widget: that is shown.
        figure: the one in it; a page without a kernel has its picture as it is now.
    """
    seen = widget._repr_mimebundle_()
    del seen["text/plain"]  # names of classes
    if figure is not None and isinstance(figure.canvas, ipywidgets.Widget):
        still = figure.canvas._repr_mimebundle_()  # and keeps it in the widget's state
        seen["image/png"] = still["image/png"]
    display(seen, raw=True)


def beside(*columns: Any, by: str = "flex-start") -> HBox:
    """Widgets side by side, by their upper ends; by `flex-end` their lower ones."""
    return HBox(list(columns), layout=Layout(align_items=by, flex_flow="row wrap"))


def below(*rows: Any) -> VBox:
    """Widgets below each other."""
    return VBox(list(rows))
