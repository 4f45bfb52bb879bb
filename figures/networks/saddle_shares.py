"""Around known saddles of networks: the share of runs that stays, beside theory's."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures import style
from figures.networks import grid
from figures.networks.layout import height, title
from figures.networks.marks import texture_cells
from figures.networks.words import number, plain

NEEDS = (
    "stayed", "held", "undecided", "predicted_low", "predicted_high", "eta", "rho",
    "kind", "index", "parameters",
)  # fmt: skip
COLORS = "YlOrRd"
NORM = Normalize(0, 1)
SURE = 0.01  # theory's bounds are as near to each other where it says what happens
DOUBT = 0.5  # of those that stay: more that are undecided are hatched
SAYS = {
    "theory: all stay": {"marker": "s", "mfc": "black", "mec": "white"},
    "theory: all leave": {"marker": "s", "mfc": "white", "mec": "black"},
    "theory: some stay": {"marker": "s", "mfc": "#999999", "mec": "black"},
}
UNITS = (
    r"upwards: $\eta\,\max|\lambda|$; to the right: $\rho$; "
    "no square: theory does not say"
)
TEXTURE = "////"
SHOWN = "#800026"  # the colour of what all stays
MARK = {"ls": "", "ms": 5, "mew": 0.7}
LEVELS = {
    "near": r"Starts inside SAM's trap (T7), ‖Hw‖ = $\rho m/2$",
    "far": r"Starts at a quarter of the ball's radius",
}


def draw(dataset: xarray.Dataset) -> Figure:
    """The starts near the saddles."""
    return page(dataset, str(dataset.start_level.values[0]))


def page(dataset: xarray.Dataset, level: str) -> Figure:
    """A row a saddle, a column a method; a cell a learning rate and radius.

    Args:
        dataset: of `experiments.network_saddles`.
        level: of the starts.
    """
    rows = [
        (data, saddle)
        for saddle in dataset.saddle.values
        for data in dataset.data.values
        if dataset.stayed.sel(data=data, saddle=saddle).notnull().any()
    ]
    labels, here = list(dataset.algorithm.values), dataset.sel(start_level=level)
    figure = Figure(figsize=(style.width(), height(len(rows), 0.95, 1.8)))
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    panels = figure.subplots(
        len(rows), len(labels), squeeze=False, width_ratios=grid.widths(here, labels)
    )
    for (data, saddle), row in zip(rows, panels, strict=True):
        at = here.sel(data=data, saddle=saddle)
        for label, axes in zip(labels, row, strict=True):
            panel(axes, at.sel(algorithm=label))
        _beside(row, at)
    for label, axes in zip(labels, panels[0], strict=True):
        axes.set_title(label)
    for axes in panels[-1]:
        axes.set_xlabel(r"$\rho$")
    figure.colorbar(
        ScalarMappable(NORM, COLORS), ax=panels, pad=0.01, aspect=40,
        label="share of the runs that stays",
    )  # fmt: skip
    figure.legend(
        handles=_legend(here),
        loc="outside lower center",
        ncols=int(style.width() / 2),
        title=UNITS,
        title_fontsize="medium",
    )
    title(figure, f"Do runs stay at known saddles of networks? {LEVELS[level]}")
    return figure


def panel(axes: Axes, at: xarray.Dataset) -> None:
    """One method at one saddle: rates upwards, radii to the right."""
    values = grid.cells(at, at.stayed)
    rates, radii = values.shape
    axes.pcolormesh(
        np.arange(radii + 1) - 0.5, np.arange(rates + 1) - 0.5,
        np.ma.masked_invalid(values), cmap=COLORS, norm=NORM, ec="white", lw=0.6,
        rasterized=True,
    )  # fmt: skip
    axes.set_facecolor("#DDDDDD")
    unsure = grid.cells(at, at.undecided) > DOUBT * np.where(values > 0, values, np.inf)
    ends = (np.arange(n + 1) - 0.5 for n in (radii, rates))
    texture_cells(axes, *ends, unsure, TEXTURE, "white")
    low, high = (grid.cells(at, at[f"predicted_{end}"]) for end in ("low", "high"))
    for i, j in np.ndindex(values.shape):
        words = says(low[i, j], high[i, j])
        if words:
            axes.plot(j, i, **MARK, **SAYS[words])
    axes.set(xticks=(), yticks=(), ylim=(-0.5, rates - 0.5))


def says(low: float, high: float) -> str:
    """What theory's bounds of the share that stays come to; nothing if too wide."""
    if not high - low <= SURE:
        return ""
    for words, share in (("theory: all stay", 1.0), ("theory: all leave", 0.0)):
        if abs(low - share) <= SURE:
            return words
    return "theory: some stay"


def _beside(row: np.ndarray, at: xarray.Dataset) -> None:
    """The saddle's name, its index, and the rates."""
    words = f"{plain(str(at.data.item()))}\n{at.saddle.item()}".replace(", ", "\n", 1)
    row[0].set_ylabel(
        f"{words}\nindex {int(at['index'])} of {int(at.parameters)}",
        rotation=0, ha="right", va="center", size="small",
    )  # fmt: skip
    for label, axes in zip(at.algorithm.values, row, strict=True):
        rho = at.rho.sel(algorithm=label).values[grid.ran(at.sel(algorithm=label))]
        axes.set_xticks(range(len(rho)), [number(value) for value in rho])
        axes.tick_params(labelsize="x-small", length=0, pad=1.5)
        if style.width() < 6:
            axes.tick_params(axis="x", rotation=90)
    curved = at.eta.values * float(at.curvature)
    row[0].set_yticks(range(len(curved)), [number(value) for value in curved])


def _legend(here: xarray.Dataset) -> list:
    marks = [Line2D([], [], **MARK, **how, label=w) for w, how in SAYS.items()]
    said = [says(float(a), float(b)) for a, b in zip(
        here.predicted_low.values.flat, here.predicted_high.values.flat, strict=True
    )]  # fmt: skip
    marks = [mark for mark in marks if mark.get_label() in said]
    if (here.undecided > DOUBT * here.stayed.where(here.stayed > 0)).any():
        marks.append(Patch(fc=SHOWN, ec="white", lw=0, hatch=TEXTURE,
                           label="most of them undecided"))  # fmt: skip
    return marks
