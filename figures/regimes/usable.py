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

NEEDS = ("limit_low", "limit_high", "sampled_low", "sampled_high", "theory")
TITLES = {"point": "to a minimum", "band": "to a minimum or the band around it"}
LEVELS = {0.5: 0.4, 0.95: 1.0}  # share of the starts: how opaque its bar is
BAR = 0.18  # inches a method
MOST = 30.0  # what lies beyond this factor, or its inverse, ends there
THEORY = {"marker": "D", "color": style.THEORY, "ms": 3.2, "mec": "white", "mew": 0.5}
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
    color = style.color(label)
    seen = [
        _bar(axes, y + 0.2 * (1 if of > 0.5 else -1), here, label, target, of)
        for of in LEVELS
    ]
    if not any(seen):
        # Either nothing of this method converges, or nothing of GD's.
        given = np.isfinite(factor(here, ONE, target, min(LEVELS))[0])
        axes.annotate(
            "none" if given else f"{ONE}: none", (1, y), (3, 0), va="center",
            textcoords="offset points", color=color, size="x-small",
        )  # fmt: skip
    at = here.isel(rho_level=level(here))
    # Over the same denominator as the bars, GD's measured limit.
    theory = float(at.theory.sel(algorithm=label) / at.eta_unit)
    axes.plot(_inside(theory / _middle(*factor(here, ONE, target, 0.5))), y, **THEORY)


def _bar(
    axes: Axes, y: float, here: xarray.Dataset, label: str, target: str, of: float
) -> bool:
    """One bar with its interval; whether there is any."""
    bracket = np.array(factor(here, label, target, of))
    if np.isnan(bracket).any() or ONE not in here.algorithm.values:
        return False
    axes.barh(
        y, _inside(_middle(*bracket)) - 1, left=1, height=0.4, lw=0,
        color=style.color(label), alpha=LEVELS[of],
    )  # fmt: skip
    drawn = np.array(factor(here, label, target, of, "sampled"))
    bounded = np.isfinite(drawn)
    ends = _inside(np.where(bounded, drawn, bracket))
    axes.plot(ends, [y, y], color="black", lw=INTERVAL["lw"])
    for end, mark, known in zip(ends, "<>", bounded, strict=True):
        how = INTERVAL | ({} if known else {"marker": mark, "ms": 2.0})
        axes.plot(end, y, **how)
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
    open_ = INTERVAL | {"marker": ">", "ms": 2.0, "ls": ""}
    return [
        *(Patch(color=style.color(label), label=label) for label in labels),
        *shares,
        Line2D([], [], **INTERVAL, label="95 % interval"),
        Line2D([], [], **open_, label="without end"),
        Line2D([], [], ls="", **THEORY, label="theory"),
    ]
