r"""The largest usable learning rate over the radius, landscape by landscape."""

from __future__ import annotations

import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from figures import style
from figures.regimes.maps import LINEAR, SAYS, TELLING, UNITS, halo, logarithmic, units
from figures.saddles.legends import method_lines, plain, telling

NEEDS = ("limit_low", "limit_high", "rho", "rho_unit", "eta_unit", "theory_kind")
PANEL, MOST = 2.0, 3.2  # inches: a panel's width at least, its height at most
THIN, THICKER = 1.2, 0.9  # widths of the last line, and of each before it
POINT = {"ls": "", "marker": "o", "ms": 3.4, "mfc": "white", "mew": 0.9}
HALF = {"lw": 0.7, "ls": (0, (4, 2))}
THEORY = {"color": style.THEORY, "lw": 0.9}


def draw(dataset: xarray.Dataset) -> Figure:
    """The telling landscapes."""
    names = telling(TELLING, dataset.landscape.values)
    return draw_all(dataset.sel(landscape=names))


def draw_all(dataset: xarray.Dataset) -> Figure:
    """A panel a landscape, a line a method."""
    dataset = dataset.assign(units=units(dataset))
    names, width = dataset.landscape.values, style.width()
    columns = min(int(width // (PANEL - 0.4)), len(names))
    rows = -(-len(names) // columns)
    tall = min(0.88 * width / columns, MOST)
    figure = Figure(figsize=(width, 1.6 + rows * tall))
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
    axes.axhline(LINEAR, color="#BBBBBB", lw=0.7, zorder=0)
    for later, label in enumerate(at.algorithm.values[::-1]):
        one = at.sel(algorithm=label)
        one = one.isel(rho_level=one.units.values > 0)  # the axis is logarithmic
        # Limits that coincide stay visible, the first method's around the others'.
        _method(axes, one, width=THIN + THICKER * later)
    axes.set_title(plain(str(at.landscape.item())))
    logarithmic(axes)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))


def _method(axes: Axes, one: xarray.Dataset, width: float) -> None:
    color = style.color(str(one.algorithm.item()))
    rho = one.units
    low, high, theory = (
        one[name] / one.eta_unit for name in ("limit_low", "limit_high", "theory")
    )
    band = {"target": "band", "level": 0.95}
    axes.fill_between(rho, low.sel(band), high.sel(band), color=color, alpha=0.3, lw=0)
    axes.plot(rho, low.sel(band), color=color, lw=width, zorder=3 - 0.1 * width)
    axes.plot(rho, low.sel(target="band", level=0.5), color=color, zorder=3.2, **HALF)
    axes.plot(
        rho, low.sel(target="point", level=0.95), color=color, zorder=3.4, **POINT
    )
    if theory.notnull().any():
        # A faint line of the method's colour tells whose the dots are.
        axes.plot(rho, theory, color=color, lw=4, alpha=0.3, zorder=1)
        kind = SAYS[str(one.theory_kind.item())][0]
        around = halo(THEORY, "white")
        axes.plot(rho, theory, **THEORY, ls=kind, zorder=3.6, path_effects=around)


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    grey = "#777777"
    kinds = {
        "to the band, 95 % of starts": {"color": grey, "lw": 1.5},
        "to the point, 95 %": {"color": grey, **POINT},
        "to the band, 50 %": {"color": grey, **HALF},
        r"$\eta = 2/L$": {"color": "#BBBBBB", "lw": 0.7},
    }
    for kind, (ls, words) in SAYS.items():
        if (dataset.theory_kind == kind).any():
            kinds[words] = THEORY | {"ls": ls}
    lines = [Line2D([], [], **how, label=words) for words, how in kinds.items()]
    return [*method_lines(dataset.algorithm.values), *lines]
