"""How long a notebook's drags take, and its first picture.

    python -m benchmarks.notebooks

Every callback runs as in a notebook, on ipympl's own canvas: it computes, redraws what
moves, and encodes what changed as it is sent to the page. The target is 100 ms a
redraw on a machine with nothing else to do; the column `processor` is what it costs on
a busy one, too. Then first_look.ipynb from the start of its kernel to its picture: 10
s.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

import numpy as np

from theory import console

TARGET, FIRST = 100.0, 10.0  # ms a redraw, s to the first picture
BLOCKS = 25  # redraws a callback
ROOT = Path(__file__).resolve().parent.parent
WELL = "double_well_saddle"


@dataclass
class Config:
    """How long a notebook's drags take, and its first picture."""


def callbacks() -> dict[str, Callable[[int], Any]]:
    """Every drag and hover, as a function of the number of the move."""
    import landscapes
    from benchmarks import notebooks_bounds
    from figures.interactive import own_chart
    from figures.interactive.first_look import FirstLook
    from figures.interactive.regime_map import RegimeMap

    own_chart.display = lambda widget: None
    well = landscapes.load(WELL)
    look = FirstLook(well, landscapes.load("himmelblau"))
    look.rest.again = lambda: None  # what follows a rest is not part of a move
    shown = RegimeMap(own_chart.chart(well, limits=False), [well])
    for figure in (look.picture.figure, shown.figure):
        figure.canvas.syncing_data_url = False  # as when a page is there
        figure.canvas.draw()
    regimes = {"regimes: hover a cell": hovering(shown)}
    return moves(look) | regimes | notebooks_bounds.callbacks()


def moves(look: Any) -> dict[str, Callable[[int], Any]]:
    """Of a `FirstLook`: the start, and every slider."""

    def slider(name: str) -> Callable[[int], Any]:
        def move(k: int) -> None:
            slider = look.sliders[name]
            end = slider.min + (slider.max - slider.min) * (k + 1) / 60
            slider.value = end if name == "noise" else 10**end

        return move

    return {
        "first_look: drag the start": lambda k: look.moved(0.5 - 0.02 * k, 0.3),
        "first_look: learning rate": slider("eta"),
        "first_look: SAM's radius": slider("length"),
        "first_look: noise": slider("noise"),
    }


def hovering(shown: Any) -> Callable[[int], Any]:
    """Of a `RegimeMap`: from cell to cell."""
    cells = [(r, e) for e in range(3, 16) for r in range(3)]

    def hover(k: int) -> None:
        at = shown.at.isel(rho_level=cells[k][0], eta_level=cells[k][1])
        place = {"xdata": float(at.units), "ydata": float(at.eta / at.eta_unit)}
        shown.hovered(SimpleNamespace(inaxes=shown.left, **place))

    return hover


def milliseconds(callback: Callable[[int], Any]) -> np.ndarray:
    """Of every redraw, after one that does not count: clock, processor, `(2, n)`."""
    callback(0)
    found = []
    for k in range(1, BLOCKS + 1):
        began = np.array([perf_counter(), process_time()])
        callback(k)
        found.append(1e3 * (np.array([perf_counter(), process_time()]) - began))
    return np.transpose(found)


def first_picture() -> float:
    """Seconds from the start of a kernel to first_look's picture."""
    import nbformat
    from nbclient import NotebookClient

    path = ROOT / "notebooks" / "first_look.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (last,) = (k for k, c in enumerate(notebook.cells) if "FirstLook(" in c.source)
    os.environ["PYTHONPATH"] = str(ROOT)
    client = NotebookClient(notebook, resources={"metadata": {"path": path.parent}})
    began = perf_counter()
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells[: last + 1]):
            client.execute_cell(cell, number)
        return perf_counter() - began


def main(config: Config) -> None:
    """Prints a line a callback, and the first picture."""
    import matplotlib

    matplotlib.use("module://ipympl.backend_nbagg")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; ms a redraw")
    print(f"{'':28} median   95 %  processor   target {TARGET:g}")
    for name, callback in callbacks().items():
        clock, processor = milliseconds(callback)
        high = float(np.quantile(clock, 0.95))
        kept = "kept" if high <= TARGET else "missed"
        print(
            f"{name:28} {np.median(clock):6.1f} {high:6.1f} "
            f"{np.median(processor):10.1f}   {kept}"
        )
    seconds = first_picture()
    kept = "kept" if seconds <= FIRST else "missed"
    print(
        f"{'first_look: first picture':28} {seconds:6.1f} s, target {FIRST:g} s: {kept}"
    )


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.notebooks")
