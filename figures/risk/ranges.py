"""Does renormalisation widen the range of good learning rates?"""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from experiments.risk.comparing import pair, sign
from experiments.risk.counted import cases
from experiments.risk.good import BEST
from figures import style
from figures.networks.layout import title
from figures.networks.words import drawn
from figures.zoo.pairs import COLORS, legend

NEEDS = ("wider", "wider_low", "wider_high")
SHOWN = (("SSAM", "USAM"), ("SSAM-N", "SAM"), ("SSAM", "SAM"))
SETTING = (
    "Good: a mean test risk within 5 % of the least of all methods. The first one's "
    "range over the second one's, a dot a case (data, n, batch), radius by radius, "
    "smallest first, and each with its best radius at every learning rate. "
    "Filled: clearly so, 95 % together. Bars: the geometric mean."
)


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a pair of methods."""
    known = [p for p in SHOWN if pair(*p) in dataset.pair.values]
    known = known or [tuple(dataset.pair.values[0].split(pair("", "")))]
    figure = Figure(figsize=(style.width(), 3.9))
    grid = figure.subplots(1, len(known), sharey=True, squeeze=False)[0]
    here = list(cases(dataset))
    for (one, two), axes in zip(known, grid, strict=True):
        panel(axes, [case.sel(pair=pair(one, two)) for case in here])
        axes.set_title(
            f"{drawn(one)} over {drawn(two)}", pad=14 if style.width() > 6 else 24
        )
        axes.set_xlabel("radius")
    grid[0].set_ylabel("range of good learning rates, ratio")
    legend(figure, _marks(), SETTING)
    title(figure, "Is the range of good learning rates wider?")
    return figure


def panel(axes: Axes, here: list[xarray.Dataset]) -> None:
    """A column of dots a radius; how many are clearly wider and narrower above."""
    radii = here[0].radius.values.astype(str)
    axes.axhline(1, color=style.THEORY, lw=0.8, zorder=1)
    for x, radius in enumerate(radii):
        at = [case.sel(radius=radius) for case in here]
        values = np.array([float(case.wider) for case in at])
        signs = np.array([int(sign(case, "wider")) for case in at])
        side = np.linspace(-0.3, 0.3, len(values)) if len(values) > 1 else [0.0]
        for dx, value, s in zip(side, values, signs, strict=True):
            axes.plot(x + dx, value, "o", color=COLORS[s], ms=3.2, mew=0.7,
                      mfc=COLORS[s] if s else "white", zorder=3)  # fmt: skip
        mean = np.exp(np.log(values).mean())
        axes.plot([x - 0.35, x + 0.35], [mean, mean], color="black", lw=1.6, zorder=4)
        gap = " " if style.width() > 6 else "\n"
        told = f"+{(signs > 0).sum()}{gap}\N{MINUS SIGN}{(signs < 0).sum()}"
        axes.text(x, 1.01, told, transform=axes.get_xaxis_transform(), ha="center",
                  size="x-small")  # fmt: skip
    axes.set_xticks(range(len(radii)), ["best" if r == BEST else r for r in radii])
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(-0.5, len(radii) - 0.5)


def _marks() -> list[Line2D]:
    words = {1: "clearly wider", -1: "clearly narrower", 0: "open"}
    return [
        Line2D([], [], color=COLORS[s], marker="o", ms=4, lw=0, label=told,
               mfc=COLORS[s] if s else "white")
        for s, told in words.items()
    ]  # fmt: skip
