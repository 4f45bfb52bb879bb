"""The moves of bounds.ipynb and networks.ipynb, for `benchmarks.notebooks`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def callbacks() -> dict[str, Callable[[int], Any]]:
    """Sliders of a claim, and of the class of functions it is about; a live look."""
    from figures.interactive.bounds import Bounds
    from figures.interactive.edges_live import EdgeOfStability

    shown, live = Bounds("T14"), EdgeOfStability("ssam")
    shown.rest.again = lambda: None
    for figure in (shown.figure, live.picture.board.figure):
        figure.canvas.syncing_data_url = False
        figure.canvas.draw()
    knob, low = shown.choice.knob, shown.choice.knob.get(shown.choice.one)
    return {
        "bounds: a claim's eta": lambda k: shown.choice.put(knob, low * (0.1 + k / 30)),
        "bounds: a class's rho": lambda k: shown.side.rho.set_trait("value", k / 20),
        "networks: a look is drawn": lambda k: live.picture.draw(live.live.looks),
    }
