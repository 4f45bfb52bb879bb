"""Paths from one start over a surface's level lines, with its saddle's trap."""

from __future__ import annotations

import numpy as np

from experiments.saddles.site import Site
from figures.interactive import controls
from figures.interactive.board import Board
from figures.interactive.paths import Path
from figures.saddles.legends import mark
from figures.saddles.paths import contours
from landscapes.landscape import Landscape
from theory.method import Method
from theory.quadratic import sam_trap

ROUND = np.linspace(0, 2 * np.pi, 121)
TRAP = {"color": "black", "lw": 1.1, "ls": "--"}
BALL = {"color": "#777777", "lw": 0.8, "ls": ":"}
WORDS = (
    "square: the start, drag it &middot; dots: where the paths end &middot; cross: a "
    "saddle &middot; ring: a minimum &middot; triangle: a maximum<br>"
    "dashed: SAM's trap &Vert;H(w&nbsp;&minus;&nbsp;w*)&Vert; = &rho;m (T7) &middot; "
    "dotted: the saddle's ball, for starts in it theory speaks, of runs without noise"
)
START = {"marker": "s", "mfc": "white", "mec": "black", "ms": 8, "ls": "", "zorder": 7}


class SaddlePicture:
    """What is drawn, and what of it moves.

    Args:
        methods: a path each, in their colours; the first lies lowest and is widest.
    """

    def __init__(self, methods: list[Method]) -> None:
        """An empty picture."""
        self.figure = controls.figure(4.7, 4.5)
        self.axes = self.figure.add_subplot()
        self.board = Board(self.figure)
        self._widths = np.linspace(3.6, 1.4, len(methods))
        self._colors = [method.color for method in methods]

    def still(self, surface: Landscape) -> None:
        """Draws what a drag leaves alone: level lines and critical points."""
        axes, window = self.axes, np.array(surface.box, dtype=float)
        axes.clear()
        contours(axes, surface, window)
        for critical in surface.critical_points:
            axes.plot(*critical.point, **mark(critical.kind))
        axes.set(xlim=window[0], ylim=window[1], xlabel="$w_1$", ylabel="$w_2$")
        axes.set_autoscale_on(False)
        (self.trap,) = axes.plot([], [], **TRAP)
        (self.ball,) = axes.plot([], [], **BALL)
        pairs = list(zip(self._colors, self._widths, strict=True))
        self.lines = [axes.plot([], [], color=c, lw=w)[0] for c, w in pairs]
        self.ends = [
            axes.plot([], [], "o", color=c, ms=4 + 1.5 * w)[0] for c, w in pairs
        ]
        (self.dot,) = axes.plot([], [], **START)
        self.board.moving.clear()
        self.board.moves(self.trap, self.ball, *self.lines, *self.ends, self.dot)

    def move(
        self, start: np.ndarray, paths: list[Path], site: Site, length: float
    ) -> None:
        """Puts start, paths and trap where they are now.

        Args:
            start: `(2,)`.
            paths: one a method.
            site: the saddle that is spoken of.
            length: SAM's radius.
        """
        for path, line, end in zip(paths, self.lines, self.ends, strict=True):
            known = path.x[np.isfinite(path.x).all(axis=1)]
            line.set_data(*known.T)
            end.set_data(*known[-1:].T)
        self.dot.set_data(*start[:, None])
        self.trap.set_data(*trap(site, length).T)
        circle = np.stack([np.cos(ROUND), np.sin(ROUND)], axis=1)
        self.ball.set_data(*(site.saddle.point + site.radius * circle).T)


def trap(site: Site, rho: float) -> np.ndarray:
    r"""The ellipse $\|H(w - w^*)\| = \rho m$ of T7, `(n, 2)`; empty if H is singular.

    Args:
        site: the saddle.
        rho: SAM's radius.
    """
    lam, v = site.saddle.eigenvalues, site.saddle.eigenvectors
    if not lam.all() or lam.min() > 0:
        return np.empty((0, 2))
    circle = np.stack([np.cos(ROUND), np.sin(ROUND)], axis=1)
    return site.saddle.point + sam_trap(rho, lam) * circle / lam @ v.T
