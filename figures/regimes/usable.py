r"""The usable range of every method beside GD's, landscape by landscape."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator

from figures import style
from figures.saddles.legends import plain

NEEDS = ("limit_low", "limit_high", "rho", "rho_unit", "theory", "radius_unit")
ONE = "GD"  # what the others are compared with
TITLES = {"point": "to a minimum", "band": "to a minimum or the band around it"}
BAR = 0.125  # inches
MOST = 50.0  # what lies beyond this factor, or its inverse, is drawn there
THEORY = {"marker": "D", "color": style.THEORY, "ms": 3.2, "mec": "white", "mew": 0.5}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a target, a group of bars a landscape."""
    part = at_unit(dataset)
    labels = [str(n) for n in part.algorithm.values if n != ONE]
    group = len(labels) + 1
    names, width = part.landscape.values, style.width()
    figure = Figure(figsize=(width, 1.5 + BAR * group * len(names)))
    panels = figure.subplots(1, len(TITLES), sharex=True, sharey=True)
    for axes, (target, title) in zip(panels, TITLES.items(), strict=True):
        for place, name in enumerate(names):
            if place % 2 == 0:  # every other landscape on grey
                ends = group * place - 1, group * (place + 1) - 1
                axes.axhspan(*ends, color="#F2F2F2", lw=0, zorder=0)
            for row, label in enumerate(labels):
                one = part.sel(landscape=name, target=target)
                _bar(axes, place * group + row, label, one)
        axes.axvline(1, color="black", lw=0.6)
        axes.set_title(title)
        axes.set_xlabel("learning rate over GD's")
    _frame(panels[0], names, group)
    figure.legend(
        handles=_legend(labels), loc="outside lower center", ncols=int(width / 1.9)
    )
    figure.suptitle(f"The largest learning rate at which most starts converge\n{_at()}")
    return figure


def at_unit(dataset: xarray.Dataset) -> xarray.Dataset:
    """Every method at the radius nearest to its unit, 1/L or a length of the surface."""
    with np.errstate(divide="ignore"):
        away = abs(np.log(dataset.rho / dataset.rho_unit))
    return dataset.isel(rho_level=away.argmin("rho_level"))


def _at() -> str:
    return r"at the radius $\rho = 1/L$ (USAM, SSAM) or $\rho = \ell$ (SAM, SSAM-N)"


def factor(part: xarray.Dataset, label: str, level: float) -> np.ndarray:
    """A bracket of a method's limit over GD's, `(2,)`; NaN where one never converges.

    Args:
        part: of one landscape and target.
        label: the method's.
        level: share of the starts that converge.
    """
    at = part.sel(level=level)
    low, high = at.limit_low, at.limit_high
    return np.array(
        [
            low.sel(algorithm=label) / high.sel(algorithm=ONE),
            high.sel(algorithm=label) / low.sel(algorithm=ONE),
        ]
    )


def _bar(axes: Axes, y: float, label: str, part: xarray.Dataset) -> None:
    """Filled: 95 % of the starts; outlined: half of them; theory as a point."""
    color = style.color(label)
    styles = {0.95: {"fc": color, "lw": 0}, 0.5: {"fc": "none", "ec": color, "lw": 0.8}}
    found = {level: factor(part, label, level) for level in styles}
    for level, ends in found.items():
        if np.isnan(ends).any():
            continue
        low, high = np.clip(ends, 1 / MOST, MOST)
        middle = np.sqrt(low * high)
        axes.barh(y, middle - 1, left=1, height=0.8, **styles[level])
        axes.plot([low, high], [y, y], "|-", color="black", ms=3.5, mew=0.7, lw=0.7)
    if np.isnan(list(found.values())).all():
        given = part.limit_low.sel(algorithm=ONE).notnull().any()
        words = "none" if given else f"{ONE}: none"
        axes.annotate(
            words, (1, y), (3, 0), textcoords="offset points", va="center",
            color=color, size="x-small",
        )  # fmt: skip
    # Over the same denominator as the bars, GD's measured limit.
    theory = part.theory.sel(algorithm=label) / _middle(part)
    axes.plot(np.clip(theory, 1 / MOST, MOST), y, **THEORY)


def _middle(part: xarray.Dataset) -> xarray.DataArray:
    """GD's measured limit."""
    at = part.sel(algorithm=ONE, level=0.95)
    return np.sqrt(at.limit_low * at.limit_high)


def _frame(axes: Axes, names: np.ndarray, group: int) -> None:
    axes.set(xscale="log", ylim=(group * len(names) - 1, -1))
    axes.set_yticks(
        group * np.arange(len(names)) + (group - 2) / 2, [plain(n) for n in names]
    )
    axes.tick_params(axis="y", length=0, labelsize="medium")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())


def _legend(labels: list[str]) -> list:
    grey = "#777777"
    return [
        *(Patch(color=style.color(label), label=label) for label in labels),
        Patch(fc=grey, lw=0, label="95 % of the starts"),
        Patch(fc="none", ec=grey, lw=0.8, label="50 % of the starts"),
        Line2D([], [], marker="|", color="black", ms=5, mew=0.7, lw=0.7,
               label="interval"),
        Line2D([], [], ls="", **THEORY, label="theory"),
    ]  # fmt: skip
