r"""The usable range of every method beside GD's, landscape by landscape."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator

from experiments.regimes.report import ONE, factor, level, share
from figures import style
from figures.saddles.legends import plain

NEEDS = ("limit_low", "limit_high", "sampled_low", "sampled_high", "theory_kind")
TITLES = {"point": "to a minimum", "band": "to a minimum or its band"}
LEVELS = {0.5: 0.4, 0.95: 1.0}  # share of the starts: how opaque its bar is
BAR = 0.18  # inches a method
MOST = 30.0  # what lies beyond this factor, or its inverse, ends there
THEORY = {"color": style.THEORY, "mec": "white", "mew": 0.5, "ls": ""}
# What theory's value means: the limit, a guarantee below it, a ceiling above it.
SAYS = {"exact": "D", "at least": ">", "at most": "<"}
INTERVAL = {"color": "black", "lw": 0.7, "marker": "|", "ms": 3.0, "mew": 0.7}


def draw(dataset: xarray.Dataset) -> Figure:
    """A column a target, a group of bars a landscape."""
    labels = [str(n) for n in dataset.algorithm.values if n != ONE]
    names, width = dataset.landscape.values, style.width()
    group = len(labels) + 1
    figure = Figure(figsize=(width, 1.6 + BAR * group * len(names)))
    panels = figure.subplots(1, len(TITLES), sharex=True, sharey=True)
    for axes, (target, title) in zip(panels, TITLES.items(), strict=True):
        for place, name in enumerate(names):
            if place % 2 == 0:  # every other landscape on grey
                ends = group * place - 1, group * (place + 1) - 1
                axes.axhspan(*ends, color="#F2F2F2", lw=0, zorder=0)
            for row, label in enumerate(labels, place * group):
                _bars(axes, row, dataset.sel(landscape=name), label, target)
        axes.axvline(1, color="black", lw=0.6)
        axes.set_title(title)
        axes.set_xlabel(r"largest $\eta$, over GD's")
        axes.tick_params(axis="y", length=0, labelsize="medium")
    _frame(panels[0], names, group)
    figure.legend(
        handles=_legend(labels), loc="outside lower center", ncols=int(width / 1.9)
    )
    figure.suptitle(
        "The largest learning rate at which starts converge, over gradient descent's\n"
        + _radius(dataset)
    )
    return figure


def _radius(dataset: xarray.Dataset) -> str:
    """The radius that is shown, which may differ between landscapes."""
    shown = sorted({f"{share(dataset, str(n)):.2g}" for n in dataset.landscape.values})
    times = " or ".join(shown)
    return rf"radius {times} times $1/L$ (USAM, SSAM) or $\ell$ (SAM, SSAM-N)"


def _bars(axes: Axes, y: float, here: xarray.Dataset, label: str, target: str) -> None:
    """Upper: half of the starts; lower: 95 %; theory's value as a point between."""
    one = factor(here, ONE, target, min(LEVELS))
    if np.isnan(one).any():
        words = f"{ONE}: none"
    else:
        _theory(axes, y, here, label, _middle(*one))
        places = dict(zip(LEVELS, (y - 0.2, y + 0.2), strict=True))
        seen = [_bar(axes, at, here, label, target, of) for of, at in places.items()]
        unsure = not np.isnan(factor(here, label, target, min(LEVELS))[1])
        words = "" if any(seen) else "undecided" if unsure else "none"
    axes.annotate(
        words, (1, y), (5, 0), va="center", textcoords="offset points",
        color=style.color(label), size="x-small",
    )  # fmt: skip


def _theory(
    axes: Axes, y: float, here: xarray.Dataset, label: str, over: float
) -> None:
    """Theory's value over the same denominator as the bars, GD's measured limit."""
    at = here.isel(rho_level=level(here)).sel(algorithm=label)
    if np.isfinite(at.theory):
        value, mark = float(at.theory / at.eta_unit), SAYS[str(at.theory_kind.item())]
        size = 3.2 if mark == "D" else 4.5
        axes.plot(_inside(value / over), y, mark, ms=size, **THEORY, zorder=4)


def _bar(
    axes: Axes, y: float, here: xarray.Dataset, label: str, target: str, of: float
) -> bool:
    """One bar with its interval; whether there is any."""
    bracket = np.array(factor(here, label, target, of))
    if np.isnan(bracket).any() or not bracket[0] > 0 and np.isinf(bracket[1]):
        return False
    end = _inside(_middle(*bracket))
    # A factor of one has no length: a dot says that it was met.
    axes.plot(end, y, "o", color=style.color(label), ms=3)
    axes.barh(
        y, end - 1, left=1, height=0.4, lw=0,
        color=style.color(label), alpha=LEVELS[of],
    )  # fmt: skip
    drawn = np.array(factor(here, label, target, of, "sampled"))
    bounded = np.isfinite(drawn)
    ends = _inside(np.where(bounded, drawn, bracket))
    axes.plot(ends, [y, y], color="black", lw=INTERVAL["lw"])
    axes.plot(ends[bounded], [y] * bounded.sum(), **INTERVAL, ls="")
    return True


def _middle(low: float, high: float) -> float:
    """Of a bracket; its low end where it has no high one."""
    return (low * high) ** 0.5 if np.isfinite(high) else low


def _inside(value: np.ndarray | float) -> np.ndarray:
    return np.clip(value, 1 / MOST, MOST)


def _frame(axes: Axes, names: np.ndarray, group: int) -> None:
    axes.set(xscale="log", ylim=(group * len(names) - 1, -1))
    middle = group * np.arange(len(names)) + (group - 2) / 2
    axes.set_yticks(middle, [plain(name) for name in names])
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())


def _legend(labels: list[str]) -> list:
    shares = [
        Patch(
            color="#555555", alpha=alpha, lw=0, label=f"{100 * of:.0f} % of the starts"
        )
        for of, alpha in LEVELS.items()
    ]
    return [
        *(Patch(color=style.color(label), label=label) for label in labels),
        *shares,
        Line2D([], [], **INTERVAL, label="95 % interval (without tick: no end)"),
        *(
            Line2D([], [], marker=m, ms=5, **THEORY, label=f"theory, {kind}")
            for kind, m in SAYS.items()
        ),
    ]
