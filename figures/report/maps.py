"""Maps of learning rate and radius whose cells tell what they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray
from matplotlib import colormaps
from matplotlib.colors import to_hex

from figures import style
from figures.networks import accuracy_maps, grid
from figures.networks.seeds import diverged
from figures.networks.words import drawn, plain
from figures.regimes import outcomes
from figures.regimes.maps import TELLING
from figures.report.source import MAPS, Source, short

SIDE = 12  # CSS pixels of a cell's height; a panel's width is shared by its columns
WIDTH = 132
NETWORKS = "network_regimes"
# Test accuracies between which cells look alike, per cent.
BANDS = (0, 50, 70, 80, 90, 95, 98, 100.1)
SOME, ALL = 8, 9  # kinds beside those


@dataclass(frozen=True)
class Kind:
    """What a cell may be: words and colour."""

    words: str
    color: str


@dataclass(frozen=True)
class Panel:
    """One method on one problem.

    Args:
        method: its label.
        etas, rhos: of the rows from below and of the columns, as words.
        cells: names of kinds, `[eta][rho]`; empty where nothing was run.
        details: what else is known of a cell, `[eta][rho]`.
    """

    method: str
    etas: tuple[str, ...]
    rhos: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    details: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> tuple[float, int]:
        """Width and height of the cells."""
        return WIDTH, SIDE * len(self.etas) // (1 + (len(self.etas) > 24))

    @property
    def rectangles(self) -> list[tuple[str, float, float, float, float]]:
        """Kind, x, y, width, height: cells of one kind above one another are one."""
        width, height = self.size
        w, h, found = width / len(self.rhos), height / len(self.etas), []
        for column in range(len(self.rhos)):
            begin = 0
            for row in range(1, len(self.etas) + 1):
                kind = self.cells[begin][column]
                if row == len(self.etas) or self.cells[row][column] != kind:
                    if kind:
                        y, tall = height - row * h, (row - begin) * h
                        box = (column * w, y, w, tall)
                        found.append((kind, *(round(v, 2) for v in box)))
                    begin = row
        return found

    @property
    def shares(self) -> dict[str, float]:
        """The share of the cells that each kind has, per cent."""
        count = Counter(kind for row in self.cells for kind in row if kind)
        return {kind: 100 * n / count.total() for kind, n in count.items()}

    @property
    def flat(self) -> tuple[str, str]:
        """Kinds and details in one line each, for the page's script."""
        return tuple(
            "|".join(text for row in rows for text in row)
            for rows in (self.cells, self.details)
        )


@dataclass(frozen=True)
class Chart:
    """All methods on one problem."""

    title: str
    panels: tuple[Panel, ...]

    @property
    def kinds(self) -> list[str]:
        """Those that occur."""
        return sorted({kind for panel in self.panels for kind in panel.shares})


@dataclass(frozen=True)
class Atlas:
    """Charts of one experiment, what their cells may be, and where they come from."""

    title: str
    about: str
    command: str
    origin: str
    kinds: dict[str, Kind]
    charts: tuple[Chart, ...]


def atlases(source: Source) -> list[Atlas]:
    """What there is: surfaces if a result has them, and networks.

    Raises:
        ValueError: a result is damaged, or not of this version.
    """
    makers = {MAPS: surfaces, NETWORKS: networks}
    found = {name: source.result(name) for name in makers}
    return [makers[name](*result) for name, result in found.items() if result]


def surfaces(dataset: xarray.Dataset, path: Path) -> Atlas:
    """What most starts do on surfaces and on convex problems."""
    kinds = {
        str(int(code)): Kind(words, style.VERDICTS[code][0])
        for code, (_, words) in style.REGIMES.items()
    }
    charts = tuple(
        Chart(
            plain(str(name)),
            tuple(
                _surface(dataset.sel(landscape=name, algorithm=label))
                for label in dataset.algorithm.values
            ),
        )
        for name in sorted(dataset.landscape.values, key=_telling)
    )
    about = (
        "The verdict of most starts in each cell, and how many there are of it. "
        "A column is a radius, a row a learning rate."
    )
    command = f"python -m experiments.{MAPS}"
    return Atlas("Surfaces", about, command, short(path), kinds, charts)


def _surface(at: xarray.Dataset) -> Panel:
    order = ("eta_level", "rho_level")
    if not (at.rho > 0).any():  # no radius: all columns are one
        at = at.isel(rho_level=[0])
    codes = outcomes.plurality(at.share).transpose(*order).values
    top = 100 * at.share.max("verdict").transpose(*order).values
    return Panel(
        str(at.algorithm.item()),
        _words(at.eta.values),
        _words(at.rho.values),
        tuple(tuple(_code(c) for c in row) for row in codes),
        tuple(tuple(_starts(v) for v in row) for row in top),
    )


def _telling(name: str) -> bool:
    """Those that README shows come first."""
    return str(name) not in TELLING


def _code(value: float) -> str:
    return "" if np.isnan(value) else str(int(value))


def _starts(share: float) -> str:
    return "" if np.isnan(share) else f"{share:.0f} % of the starts"


def networks(dataset: xarray.Dataset, path: Path) -> Atlas:
    """How well networks test over learning rate and radius."""
    colors = colormaps[accuracy_maps.COLORS["accuracy"]]
    steps = len(BANDS) - 1
    kinds = {
        str(k): Kind(
            f"tests {BANDS[k]:g} to {min(BANDS[k + 1], 100):g} %",
            to_hex(colors(k / (steps - 1))),
        )
        for k in range(steps)
    } | {
        str(SOME): Kind("some seeds diverge", "#B9A3B5"),
        str(ALL): Kind("every seed diverges", "#55113A"),
    }
    charts = tuple(
        Chart(
            plain(str(task)),
            tuple(
                _network(dataset.sel(task=task, algorithm=label))
                for label in dataset.algorithm.values
            ),
        )
        for task in dataset.task.values
    )
    about = (
        "Test accuracy at the end of training, the mean over the seeds, where none "
        "diverged. A column is a radius, a row a learning rate."
    )
    command = f"python -m experiments.{NETWORKS}"
    return Atlas("Networks", about, command, short(path), kinds, charts)


def _network(at: xarray.Dataset) -> Panel:
    accuracy = grid.cells(at, accuracy_maps.shown(at, "accuracy"))
    left = grid.cells(at, diverged(at).mean("seed"))
    seeds = at.sizes["seed"]
    rhos = at.rho.values[grid.levels(at)] if grid.ran(at).size else np.zeros(1)
    pairs = [
        [_tested(a, d, seeds) for a, d in zip(*rows, strict=True)]
        for rows in zip(accuracy, left, strict=True)
    ]
    return Panel(
        drawn(str(at.algorithm.item())),
        _words(at.eta.values),
        _words(rhos),
        tuple(tuple(kind for kind, _ in row) for row in pairs),
        tuple(tuple(detail for _, detail in row) for row in pairs),
    )


def _tested(accuracy: float, left: float, seeds: int) -> tuple[str, str]:
    """A cell's kind, and its numbers."""
    if left > 0:
        kind = ALL if left == 1 else SOME
        return str(kind), f"{round(left * seeds)} of {seeds} seeds diverge"
    if np.isnan(accuracy):
        return "", ""
    kind = int(np.searchsorted(BANDS, accuracy, side="right")) - 1
    return str(kind), f"{accuracy:.1f} % of test images, {seeds} seeds"


def _words(values: np.ndarray) -> tuple[str, ...]:
    return tuple(f"{float(v):.3g}" if v > 0 else "none" for v in values)
