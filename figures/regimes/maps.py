r"""Phase diagrams: the verdict of most starts over learning rate and radius."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import LogLocator, NullLocator

from figures import style
from figures.regimes import outcomes
from figures.saddles.legends import plain, telling

NEEDS = ("share", "eta", "rho", "eta_unit", "rho_unit", "theory", "theory_kind")
TELLING = ("log_cosh", "double_well_saddle", "ring", "ridge_regression")
KINDS = ("convex", "analytic", "data", "own")
ROWS = 6  # landscapes a page
LINEAR = 2.0  # the edge of gradient descent on a quadratic, in 1/L
UNITS = (
    r"$L$: the largest curvature at a minimum; $\ell$: a tenth of the box's half-width"
)
EDGE = {"color": "black", "lw": 0.7, "ls": (0, (4, 3))}
MEASURED = {"color": "white", "lw": 1.0}
THEORY = {"color": style.THEORY, "lw": 1.3}
# What theory's curve means, and how it is drawn.
SAYS = {
    "exact": ("-", "theory, exact"),
    "at least": ((0, (5, 1.2)), "theory, at least"),
    "at most": ((0, (1, 1.2)), "theory, at most"),
}


def draw(dataset: xarray.Dataset) -> Figure:
    """The picture README shows: a few landscapes."""
    return page(dataset, telling(TELLING, dataset.landscape.values))


def pages(dataset: xarray.Dataset) -> dict[str, list[str]]:
    """All landscapes by kind, a few a page: `{end of a picture's name: landscapes}`."""
    found = {}
    for kind in KINDS:
        names = [str(n) for n in dataset.landscape.values[dataset.kind.values == kind]]
        count = -(-len(names) // ROWS)
        for k, part in enumerate(np.array_split(names, count) if count else ()):
            found[kind if count == 1 else f"{kind}_{k + 1}"] = list(part)
    return found


def page(dataset: xarray.Dataset, names: Sequence[str]) -> Figure:
    """Rows: landscapes; columns: methods.

    Args:
        dataset: of `experiments.learning_rate_regimes`.
        names: landscapes.
    """
    part, labels = dataset.sel(landscape=list(names)), dataset.algorithm.values
    part = part.assign(units=units(part))
    width = style.width()
    figure = Figure(figsize=(width, 1.9 + width / 6.5 * len(names)))
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    grid = figure.subplots(
        len(names), len(labels), sharex=True, sharey=True, squeeze=False
    )
    for name, row in zip(names, grid, strict=True):
        words = textwrap.fill(plain(name), 12)
        row[0].set_ylabel(f"{words}\n" + r"$\eta L$", fontsize="medium")
        for label, axes in zip(labels, row, strict=True):
            panel(axes, part.sel(landscape=name, algorithm=label))
    for label, top, bottom in zip(labels, grid[0], grid[-1], strict=True):
        top.set_title(label)
        bottom.set_xlabel(radius(part, label))
    _frame(part, grid)
    figure.legend(
        handles=_legend(part), loc="outside lower center", ncols=int(width / 2.4),
        title=UNITS, title_fontsize="medium",
    )  # fmt: skip
    figure.suptitle("What most starts do, over learning rate and radius")
    return figure


def panel(axes: Axes, at: xarray.Dataset) -> None:
    """One method on one landscape: verdicts, the measured limit, theory's, the edge."""
    unit = float(at.eta_unit)
    rho = at.units.values
    shown = rho > 0  # the axis is logarithmic
    codes = outcomes.plurality(at.share).transpose("eta_level", "rho_level")
    outcomes.fill(axes, rho[shown], at.eta.values / unit, codes.values[:, shown])
    axes.axhline(LINEAR, color="white", lw=0.7)
    axes.axhline(LINEAR, **EDGE)
    if "limit_low" in at:
        measured = at.limit_low.sel(target="band", level=0.5)
        _curve(axes, rho, measured / unit, MEASURED, "black")
    if at.theory.notnull().any():
        how = THEORY | {"ls": SAYS[str(at.theory_kind.item())][0]}
        _curve(axes, rho, at.theory / unit, how, "white")
    logarithmic(axes)


def _curve(
    axes: Axes, rho: np.ndarray, limit: xarray.DataArray, how: dict, around: str
) -> None:
    axes.plot(rho, limit, **how, path_effects=halo(how, around))


def units(dataset: xarray.Dataset) -> xarray.DataArray:
    """Radii in each method's own unit; one without any is shown over the others'."""
    found = dataset.rho / dataset.rho_unit
    return found.where(dataset.radius_unit != "none", found.max("algorithm"))


def logarithmic(axes: Axes) -> None:
    """Both axes by powers of ten, written out, and without small ticks."""
    axes.set(xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=5))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def radius(dataset: xarray.Dataset, label: str) -> str:
    r"""The radius in a method's own unit: 1/L, or a length of the surface."""
    unit = str(dataset.radius_unit.sel(algorithm=label).item())
    symbols = {"rate": r"$\rho L$", "length": r"$\rho/\ell$", "none": "no radius"}
    return symbols[unit]


def _frame(part: xarray.Dataset, grid: np.ndarray) -> None:
    """Axes as wide as the cells, and the name of the linear edge beside each row."""
    eta = part.eta / part.eta_unit
    grid[0, 0].set(xlim=_ends(part.units, "rho_level"), ylim=_ends(eta, "eta_level"))
    for axes in grid[:, -1]:
        axes.annotate(
            "$2/L$", (1, LINEAR), (2, 0), xycoords=axes.get_yaxis_transform(),
            textcoords="offset points", va="center", size="small",
        )  # fmt: skip


def _ends(levels: xarray.DataArray, dim: str) -> tuple[float, float]:
    """The outer ends of the outermost cells."""
    rows = levels.transpose(..., dim).values.reshape(-1, levels.sizes[dim])
    ends = [outcomes.edges(row[row > 0])[[0, -1]] for row in rows if (row > 0).any()]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _legend(part: xarray.Dataset) -> list:
    codes = outcomes.frequent(outcomes.plurality(part.share).values)
    lines = [Line2D([], [], **EDGE, label=r"$\eta = 2/L$, the linear edge")]
    if "limit_low" in part:
        lines.append(_line(MEASURED, "black", "measured: half converge below"))
    for kind, (ls, words) in SAYS.items():
        sources = _sources(part, kind)
        if sources:
            how = THEORY | {"ls": ls}
            lines.append(_line(how, "white", f"{words} ({sources})"))
    return [*lines, *outcomes.patches(codes)]


def _line(how: dict, around: str, words: str) -> Line2D:
    return Line2D([], [], **how, path_effects=halo(how, around), label=words)


def halo(how: dict, color: str) -> list:
    """An outline, so that a line is seen on light and on dark."""
    return [Stroke(linewidth=how["lw"] + 0.9, foreground=color), Normal()]


def _sources(part: xarray.Dataset, kind: str) -> str:
    """The statements of this kind whose values are drawn."""
    drawn = part.theory.notnull().any("rho_level") & (part.theory_kind == kind)
    found = {str(s) for s in part.theory_source.where(drawn, "").values.flat}
    return ", ".join(sorted(found - {""}, key=lambda s: (len(s), s)))
