"""What a saddle does to GD, SAM and their kin: a start to drag, and where it leads."""

from __future__ import annotations

from typing import Any

import numpy as np
from ipywidgets import HTML, Dropdown, VBox

from experiments.saddles.site import Site
from figures.interactive import (
    controls,
    paths,
    saddle_picture,
    saddle_sliders,
    saddle_words,
    verdicts,
)
from figures.interactive.begin import telling
from figures.interactive.board import Handle
from figures.saddles.legends import plain
from landscapes.landscape import Landscape
from theory import methods
from theory.method import Method

METHODS = ("gd", "usam", "sam", "ssam")


class FirstLook:
    """A surface, a start that is dragged, sliders, and a verdict a method.

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
        self.sites = {
            plain(surface.name): saddle_sliders.saddles(surface) for surface in surfaces
        }
        self.bare, self.steps = [methods.make(spec) for spec in specs], steps
        self.picture = saddle_picture.SaddlePicture(self.bare)
        self.runs, self.theory = HTML(), HTML()
        self.status, self.box = HTML(), VBox()
        self.surface = Dropdown(
            options=list(self.sites), description="surface", layout=controls.WIDE
        )
        self.surface.style.description_width = "9em"
        self.rest = controls.Rest(self.settle)
        self.handle = Handle(self.picture.axes, self.moved, self.settle)
        self.surface.observe(self.show, "value")
        self.show()
        right = controls.below(self.surface, self.box, self.status, self.runs)
        right.layout.width = "30em"  # whatever the verdicts' words: nothing jumps
        self.widget = controls.below(
            controls.beside(controls.shown(self.picture.figure), right),
            HTML(saddle_picture.WORDS),
            self.theory,
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
        self.sliders = saddle_sliders.sliders(first)
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
        with telling(self.status):
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
            self._tell([verdicts.so_far(surface, path) for path in self.paths])

    def settle(self, *_: Any) -> None:
        """Extends the runs until their verdicts are sure, and tells them."""
        with telling(self.status):
            surface = self.site.landscape
            words = [verdicts.so_far(surface, path) for path in self.paths]
            self.status.value = "running on, until each verdict is sure &hellip;"
            for k, path in enumerate(self.paths):
                words[k] = verdicts.in_the_end(surface, path)
                self._tell(words)  # with noise each takes a second
            self.status.value = ""

    def _tell(self, words: list[str]) -> None:
        """Two tables: what the runs do, beside the picture; what theory says."""
        at = self.site, self.sliders["eta"].value, self.start
        known = self.methods()
        runs = zip(map(saddle_words.name, known), words, strict=True)
        self.runs.value = controls.table(saddle_words.RUN, runs)
        rows = [saddle_words.row(method, *at) for method in known]
        self.theory.value = controls.table(saddle_words.HEAD, rows)
