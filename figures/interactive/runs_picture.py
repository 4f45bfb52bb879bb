"""Some runs of one method: paths in the plane, else gradient norms over steps."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from figures import style
from figures.interactive.paths import Path
from figures.saddles.legends import mark, plain
from figures.saddles.paths import contours
from landscapes.landscape import Landscape
from theory.verdict import Verdict

THICK, THIN = 2.6, 1.1


class RunsPicture:
    """Lines in the colours of their verdicts; the first start's is thick.

    Args:
        axes: to draw on.
        count: how many runs.
    """

    def __init__(self, axes: Axes, count: int) -> None:
        """Nothing is drawn yet."""
        self.axes, self.count = axes, count
        self.plane = True
        self.lines: list[Artist] = []
        self.moving: list[Artist] = []

    def still(self, surface: Landscape) -> None:
        """Draws what no cell changes: level lines, or the axes of the norms."""
        axes, self.plane = self.axes, surface.dim == 2
        axes.clear()
        if self.plane:
            window = np.array(surface.box, dtype=float)
            axes.set(xscale="linear", yscale="linear")
            contours(axes, surface, window)
            for critical in surface.critical_points:
                axes.plot(*critical.point, **mark(critical.kind))
            axes.set(xlim=window[0], ylim=window[1], xlabel="$w_1$", ylabel="$w_2$")
        else:
            axes.set(xscale="log", yscale="log", xlim=(1, 2048), ylim=(1e-12, 1e4))
            axes.set(xlabel="steps", ylabel=r"$\|\nabla f\|$")
        axes.set_title(plain(surface.name))
        axes.set_autoscale_on(False)
        widths = [THIN] * (self.count - 1) + [THICK]
        self.lines = [axes.plot([], [], lw=width)[0] for width in widths][::-1]
        (self.ends,) = axes.plot([], [], "s", mfc="white", mec="black", ms=5)
        self.moving = [*self.lines[::-1], self.ends]

    def move(self, path: Path, codes: np.ndarray) -> None:
        """Puts the lines where the runs of a cell are.

        Args:
            path: of `count` runs.
            codes: their verdicts, `(count,)`.
        """
        for k, line in enumerate(self.lines):
            known = np.isfinite(path.x[:, k]).all(axis=1)
            if self.plane:
                line.set_data(*path.x[known, k].T)
            else:
                line.set_data(1 + np.flatnonzero(known), path.g_norm[known, k])
            code = Verdict(int(codes[k]))
            pale = code == Verdict.ESCAPED  # too light for a line
            line.set_color("#7799BB" if pale else style.VERDICTS[code][0])
        self.ends.set_data(*(path.x[0].T if self.plane else ([], [])))
