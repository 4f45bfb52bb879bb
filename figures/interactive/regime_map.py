"""A regime map under the mouse: rest on a cell, and see its runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import xarray
from ipywidgets import HTML, Dropdown
from matplotlib.patches import Rectangle

from figures import style
from figures.interactive import cell_words, controls, opened, paths, verdicts
from figures.interactive.begin import telling
from figures.interactive.board import Board
from figures.interactive.cells import Cells
from figures.interactive.runs_picture import RunsPicture
from figures.regimes import maps
from landscapes.landscape import Landscape
from landscapes.starts import starts_of
from theory import methods

RUNS = 8  # paths that are drawn of a cell
LONG = 2048  # steps of them after a click
FRAME = {"fill": False, "ec": "black", "lw": 2.2}


class RegimeMap:
    """A map of `experiments.learning_rate_regimes`, and the runs of the cell in sight.

    Args:
        dataset: the result.
        surfaces: landscapes in it that neither a name of ours nor a file finds.

    Raises:
        ValueError: the result is no regime map.
    """

    def __init__(
        self, dataset: xarray.Dataset, surfaces: Iterable[Landscape] = ()
    ) -> None:
        """Draws the first landscape and SAM, or the first method."""
        missing = [name for name in maps.NEEDS if name not in dataset]
        if missing:
            raise ValueError(f"this is no regime map: it holds no `{missing[0]}`.")
        self.dataset = dataset.assign(units=maps.units(dataset))
        self.seed = int(json.loads(dataset.attrs["config"])["seed"])
        self.surfaces = {surface.name: surface for surface in surfaces}
        names, labels = (list(dataset[d].values) for d in ("landscape", "algorithm"))
        label = "SAM" if "SAM" in labels else labels[0]
        self.landscape = Dropdown(options=names, description="landscape")
        self.algorithm = Dropdown(options=labels, value=label, description="method")
        self.words, self.status = HTML(), HTML()
        self.figure = controls.figure(8.6, 4.3)
        self.left, self.right = self.figure.subplots(1, 2)
        self.board, self.runs = Board(self.figure), RunsPicture(self.right, RUNS)
        self.pinned = False
        self.show()
        for menu in (self.landscape, self.algorithm):
            menu.observe(self.show, "value")
        self.figure.canvas.mpl_connect("motion_notify_event", self.hovered)
        self.figure.canvas.mpl_connect("button_press_event", self.clicked)
        self.widget = controls.below(
            controls.beside(self.landscape, self.algorithm),
            controls.shown(self.figure),
            self.words,
            HTML(f"{cell_words.legend(self.dataset)}<br>{cell_words.AXES}"),
            self.status,
        )

    def _ipython_display_(self) -> None:
        controls.show(self.widget, self.figure)

    @property
    def at(self) -> xarray.Dataset:
        """The map in sight."""
        return self.dataset.sel(
            landscape=self.landscape.value, algorithm=self.algorithm.value
        )

    def show(self, _: Any = None) -> None:
        """Draws another map, and the runs of a cell in its middle."""
        self.status.value = ""
        with telling(self.status):
            self.pinned, self.surface = False, None
            self._map()
            with telling(self.status):  # what was saved stands without its landscape
                name, find = self.landscape.value, opened.surface
                self.surface = self.surfaces.get(name) or find(self.dataset, name)
                self.runs.still(self.surface)
                self.starts = starts_of(self.surface, RUNS, self.seed)
                self.board.moves(*self.runs.moving)
            self.right.set_visible(self.surface is not None)
            self.look()
            self.board.redraw()

    def _map(self) -> None:
        self.left.clear()
        maps.panel(self.left, self.at)
        self.cells = Cells.of(self.at)
        self.left.set(
            xlim=self.cells.rho[[0, -1]], ylim=self.cells.eta[[0, -1]],
            xlabel=maps.radius(self.dataset, self.algorithm.value),
            ylabel=r"$\eta L$", title=f"{self.algorithm.value}: rest on a cell",
        )  # fmt: skip
        self.frame = self.left.add_patch(Rectangle((1, 1), 1, 1, **FRAME))
        self.cell = self.cells.middle
        self.board.moving.clear()
        self.board.moves(self.frame)

    def hovered(self, event: Any) -> None:
        """The mouse rests on a cell: its runs, unless another is pinned."""
        if event.inaxes is self.left and not self.pinned:
            cell = self.cells.at(event.xdata, event.ydata)
            if cell is not None and cell != self.cell:
                self.cell = cell
                self.look()

    def clicked(self, event: Any) -> None:
        """Pins a cell, and runs it for longer; a second click lets it go."""
        if event.inaxes is self.left:
            self.pinned = not self.pinned
            self.cell = self.cells.at(event.xdata, event.ydata) or self.cell
            self.look(LONG if self.pinned else paths.STEPS)

    def look(self, steps: int = paths.STEPS) -> None:
        """Runs the cell in sight and draws it."""
        with telling(self.status):
            level, eta, rho = self._values()
            taken = self._run(eta, rho, steps) if self.surface else 0
            self.frame.set_bounds(*self.cells.bounds(self.cell))
            self.board.refresh()
            self.words.value = cell_words.sentence(level, eta, rho, taken, self.pinned)

    def _run(self, eta: float, rho: float, steps: int) -> int:
        """Runs a cell, and how many steps were taken."""
        spec = methods.spec(style.method(self.algorithm.value))
        method = methods.make(spec).having(rho=rho)
        path = paths.follow(self.surface, method, self.starts, eta, steps)
        codes, _ = verdicts.judged(self.surface, path)
        self.runs.move(path, codes)
        return len(path.x) - 1

    def _values(self) -> tuple[xarray.Dataset, float, float]:
        """The cell's data, its learning rate and its radius."""
        rho, eta = self.cell
        level = self.at.isel(rho_level=rho, eta_level=eta)
        return level, float(level.eta), float(level.rho)
