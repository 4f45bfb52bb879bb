"""What a saddle does to GD, SAM and their kin: a start to drag, and where it leads."""

from __future__ import annotations

from typing import Any

import numpy as np
from ipywidgets import HTML, Dropdown, VBox

from experiments.saddles.site import Site, sites_of
from figures.interactive import controls, paths, saddle_picture, saddle_words
from figures.interactive.board import Handle
from figures.saddles.legends import plain
from landscapes.landscape import Landscape
from landscapes.starts import largest_curvature
from theory import methods
from theory.method import Method

METHODS = ("gd", "usam", "sam", "ssam")
HEAD = ("", "this run", "theory, of this start", "threshold at the saddle",
        "f never rises up to &eta; =")  # fmt: skip


class FirstLook:
    """A surface, a start that is dragged, three sliders, and a verdict a method.

    Args:
        *surfaces: landscapes of two dimensions with a saddle.
        specs: names of methods, as on the command line.
        steps: of the paths that are drawn.

    Raises:
        ValueError: a surface is not of two dimensions, or has no saddle.
    """

    def __init__(
        self,
        *surfaces: Landscape,
        specs: tuple[str, ...] = METHODS,
        steps: int = paths.STEPS,
    ) -> None:
        """Draws the first surface."""
        self.sites = {plain(surface.name): _sites(surface) for surface in surfaces}
        self.bare, self.steps = [methods.make(spec) for spec in specs], steps
        self.picture = saddle_picture.SaddlePicture(self.bare)
        self.table, self.status, self.box = HTML(), HTML(), VBox()
        self.surface = Dropdown(
            options=list(self.sites), description="surface", layout=controls.WIDE
        )
        self.surface.style.description_width = "9em"
        self.rest = controls.Rest(self.settle)
        self.handle = Handle(self.picture.axes, self.moved, self.settle)
        self.surface.observe(self.show, "value")
        self.show()
        self.widget = controls.below(
            controls.beside(
                controls.shown(self.picture.figure),
                controls.below(self.surface, self.box, self.status),
            ),
            HTML(saddle_picture.WORDS),
            self.table,
        )

    def _ipython_display_(self) -> None:
        controls.show(self.widget, self.picture.figure)

    @property
    def site(self) -> Site:
        """The saddle that is nearest to the start."""
        here = self.sites[self.surface.value]
        away = [np.linalg.norm(self.start - site.saddle.point) for site in here]
        return here[int(np.argmin(away))]

    def methods(self) -> list[Method]:
        """With the radii of the sliders."""
        radii = {unit: self.sliders[unit].value for unit in ("length", "rate")}
        return [m.having(rho=radii[m.radius_unit]) for m in self.bare]

    def show(self, _: Any = None) -> None:
        """Another surface: its still parts, its own scales and its own start."""
        first = self.sites[self.surface.value][0]
        surface = first.landscape
        self.start = np.array(surface.start, dtype=float)
        self.sliders = _sliders(first)
        for slider in self.sliders.values():
            slider.observe(self.slid, "value")
        self.box.children = tuple(self.sliders.values())
        self.picture.still(surface)
        self.follow()
        self.picture.board.redraw()
        self.settle()

    def moved(self, x: float, y: float) -> None:
        """The start is dragged to `(x, y)`."""
        self.start = np.array([x, y])
        self.follow()

    def slid(self, _: Any = None) -> None:
        """A slider moves; when it rests, the runs are extended."""
        self.follow()
        self.rest.again()

    def follow(self) -> None:
        """Paths from the start, and verdicts on what is drawn of them."""
        with controls.telling(self.status):
            self.status.value = ""
            site, eta = self.site, self.sliders["eta"].value
            noise = self.sliders["noise"].value
            surface = site.landscape
            self.paths = [
                paths.follow(surface, method, self.start, eta, self.steps, noise)
                for method in self.methods()
            ]
            length = self.sliders["length"].value
            self.picture.move(self.start, self.paths, site, length)
            self.picture.board.refresh()
            self._tell([(self._seen(path), self.steps) for path in self.paths])

    def _seen(self, path: paths.Path) -> str:
        """The verdict on a path so far; of one with noise only its rest tells."""
        surface = self.site.landscape
        return (
            "&hellip;"
            if path.noise
            else paths.told(surface, *paths.judged(surface, path))
        )

    def settle(self, *_: Any) -> None:
        """Extends the runs until their verdicts are sure, and tells them."""
        with controls.telling(self.status):
            surface = self.site.landscape
            ends = [paths.settled(surface, path) for path in self.paths]
            self._tell(
                [
                    (f"<b>{paths.told(surface, e.verdict, e.place)}</b>", int(e.steps))
                    for e in ends
                ]
            )

    def _tell(self, runs: list[tuple[str, int]]) -> None:
        """The table: what the runs do beside what theory says."""
        site, eta, rows = self.site, self.sliders["eta"].value, []
        for method, (word, steps) in zip(self.methods(), runs, strict=True):
            row = (
                controls.swatch(method.color, method.label),
                f"{word}<br>after {steps} steps",
                saddle_words.predicted(site, method, eta, self.start, paths.SURE),
                saddle_words.threshold(site, method, eta),
                saddle_words.class_limit(site, method),
            )
            rows.append(row)
        self.table.value = controls.table(HEAD, rows)


def _sites(surface: Landscape) -> tuple[Site, ...]:
    if surface.dim != 2:
        raise ValueError(
            f"`{surface.name}` has {surface.dim} dimensions: a picture to drag in "
            "has 2."
        )
    found = sites_of(surface, None)
    if not found:
        raise ValueError(f"`{surface.name}` has no saddle in its box.")
    return found


def _sliders(site: Site) -> dict[str, Any]:
    """Learning rate, the radii, and noise, on the scales of a saddle."""
    curvature = largest_curvature(site.landscape)
    unit = {"eta": 1 / curvature, "length": site.radius, "rate": 1 / site.descent}
    labels = {
        "eta": "learning rate η",
        "length": "ρ of SAM",
        "rate": "ρ of USAM, SSAM",
    }
    where = {
        "eta": (0.1, 0.01, 3.0),
        "length": (0.3, 0.01, 2.0),
        "rate": (0.3, 0.01, 3),
    }
    made = {
        name: controls.log_slider(
            labels[name], *(share * unit[name] for share in where[name])
        )
        for name in unit
    }
    # Up to the slope down from the saddle at the end of its ball.
    high = site.descent * site.radius
    return made | {"noise": controls.slider_from_zero("noise of SGD", high)}
