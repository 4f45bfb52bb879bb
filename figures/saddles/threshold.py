r"""T7's threshold $\eta^* = 2m/(\lambda_+(\lambda_+ + m))$, on saddles of any kind."""

from __future__ import annotations

import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style
from figures.saddles import brackets

NEEDS = ("left", "threshold_high")
FORMULA = r"$\eta^* = 2m/(\lambda_+(\lambda_+ + m))$"


def draw(dataset: xarray.Dataset) -> Figure:
    """Shares that left around the threshold, then the thresholds of curved saddles."""
    left = dataset.left.dropna("algorithm", how="all")
    count = left.sizes["algorithm"]
    figure = Figure(figsize=(style.WIDTH, 3.3))
    *shares, last = figure.subplots(1, count + 1, width_ratios=[1] * count + [1.5])
    for axes, label in zip(shares, left.algorithm.values, strict=True):
        panel(axes, left.sel(algorithm=label))
    for axes in shares[1:]:
        axes.set(ylabel="", yticklabels=[])
    brackets.panel(last, dataset)
    figure.suptitle(
        f"From which learning rate on do starts leave? T7: SAM's threshold is {FORMULA}"
    )
    return figure


def panel(axes: Axes, left: xarray.DataArray) -> None:
    """One method: a thin line a random spectrum, the mean thick, T7 at 1."""
    label = str(left.algorithm.item())
    color = style.color(label)
    axes.plot(left.scale, left.transpose("scale", ...), color=color, lw=0.5, alpha=0.3)
    axes.plot(left.scale, left.mean("spectrum"), color=color, lw=2.2)
    axes.axvline(1, color=style.THEORY, lw=1, ls="--", zorder=0)
    axes.annotate("T7", (1, 0.45), (-3, 0), textcoords="offset points", ha="right")
    for side, place in ((left.scale < 1 - 1e-9, 0.25), (left.scale > 1 + 1e-9, 0.77)):
        words = f"{100 * float(left.where(side).mean()):.1f} %\nleft"
        axes.text(place, 0.75, words, transform=axes.transAxes, ha="center")
    axes.set_title(f"{label}\n{left.sizes['spectrum']} random quadratics")
    axes.set(
        xlabel=r"$\eta/\eta^*$",
        ylabel="share of starts that left",
        xticks=(0.5, 1, 1.5),
    )
    axes.set(ylim=(-0.04, 1.04), xlim=(float(left.scale[0]), float(left.scale[-1])))
