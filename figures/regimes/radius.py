r"""The largest usable learning rate over the radius, landscape by landscape."""

from __future__ import annotations

import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.regimes.maps import LINEAR, UNITS, logarithmic
from figures.saddles.legends import method_lines, plain

NEEDS = ("limit_low", "limit_high", "rho", "rho_unit", "eta_unit", "theory")
PANEL = 2.0  # inches
BAND = {"lw": 1.5}
POINT = {"ls": "", "marker": "o", "ms": 3.4, "mfc": "white", "mew": 0.9}
HALF = {"lw": 0.7, "ls": (0, (4, 2))}
THEORY = {"color": style.THEORY, "lw": 0.9, "ls": (0, (1, 1.4))}


def draw(dataset: xarray.Dataset) -> Figure:
    """A panel a landscape, a line a method."""
    names, width = dataset.landscape.values, style.width()
    columns = min(int(width // (PANEL - 0.4)), len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(width, 1.6 + 0.88 * rows * width / columns))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(grid.flat):
        axes.set_visible(place < len(names))
        if place < len(names):
            panel(axes, dataset.isel(landscape=place))
        if place + columns >= len(names):  # nothing stands below
            axes.set_xlabel(r"$\rho L$ or $\rho/\ell$")
            axes.tick_params(labelbottom=True)
    for axes in grid[:, 0]:
        axes.set_ylabel(r"largest $\eta L$")
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=int(width / 1.9),
        title=UNITS, title_fontsize="medium",
    )  # fmt: skip
    figure.suptitle("The largest usable learning rate over the radius")
    return figure


def panel(axes: Axes, at: xarray.Dataset) -> None:
    """Every method on one landscape."""
    unit = float(at.eta_unit)
    axes.axhline(LINEAR, color="#BBBBBB", lw=0.7, zorder=0)
    for label in at.algorithm.values:
        one = at.sel(algorithm=label)
        one = one.isel(rho_level=one.rho.values > 0)  # the axis is logarithmic
        rho, color = one.rho / one.rho_unit, style.color(str(label))
        band, half = (
            one.sel(target="band", level=level) / unit for level in (0.95, 0.5)
        )
        point = one.limit_low.sel(target="point", level=0.95) / unit
        axes.fill_between(
            rho, band.limit_low, band.limit_high, color=color, alpha=0.3, lw=0
        )
        axes.plot(rho, band.limit_low, color=color, **BAND)
        axes.plot(rho, half.limit_low, color=color, **HALF)
        axes.plot(rho, point, color=color, **POINT)
        if one.theory.notnull().any():
            # A faint line of the method's colour tells whose the dots are.
            axes.plot(rho, one.theory / unit, color=color, lw=3.2, alpha=0.3)
            axes.plot(rho, one.theory / unit, **THEORY)
    axes.set_title(plain(str(at.landscape.item())))
    logarithmic(axes)


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    grey = "#777777"
    kinds = {
        "to the band, 95 % of starts": {"color": grey, **BAND},
        "to the point, 95 %": {"color": grey, **POINT},
        "to the band, 50 %": {"color": grey, **HALF},
        "theory": THEORY,
        r"$\eta = 2/L$": {"color": "#BBBBBB", "lw": 0.7},
    }
    lines = [Line2D([], [], **how, label=words) for words, how in kinds.items()]
    return [*method_lines(dataset.algorithm.values), *lines]
