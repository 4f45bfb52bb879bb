"""The picture README shows: who passes a saddle, SAM's trap, and its threshold."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import landscapes
from experiments.saddles.maps import PATH_ETA
from figures import style
from figures.saddles import boundaries, paths, threshold, traps
from figures.saddles.legends import mark, method_lines, verdict_patches
from theory import quadratic

NEEDS = tuple(dict.fromkeys(paths.NEEDS + traps.NEEDS + threshold.NEEDS))
SHOWN = "double_well_saddle"


def draw(dataset: xarray.Dataset) -> Figure:
    """Four panels: paths, SAM's trap below and above the threshold, the threshold."""
    names = dataset.verdict.dropna("landscape", how="all").landscape.values
    name = SHOWN if SHOWN in names else names[0]
    here = dataset.sel(landscape=name)
    figure = Figure(figsize=(style.WIDTH, 3.3))
    figure.get_layout_engine().set(w_pad=0.02, wspace=0.03)
    first, *maps, last = figure.subplots(1, 2 + dataset.sizes["map_eta"])
    paths.panel(first, landscapes.load(name), here.path)
    first.set_title("all methods, one start\n" + _rate(here))
    for axes, eta in zip(maps, dataset.map_eta.values, strict=True):
        _trap(axes, here.sel(algorithm="SAM", map_eta=eta))
    maps[0].set_ylabel("$(w_2 - w^*_2)/R$", labelpad=1)
    threshold.panel(last, dataset.left.sel(algorithm="SAM"))
    other = dataset.left.sel(algorithm=dataset.algorithm == "SSAM-N").mean("spectrum")
    last.plot(other.scale, other.T, color=style.color("SSAM-N"), lw=2.2)
    last.set(box_aspect=1, ylabel="", yticks=(0, 0.5, 1))
    last.set_title(f"SAM, share that left\n{dataset.sizes['spectrum']} quadratics")
    figure.legend(
        handles=_legend(here, dataset.algorithm.values),
        loc="outside lower center",
        ncols=5,
    )
    figure.suptitle(
        f"SAM is held at a strict saddle below {threshold.FORMULA} and leaves it above;"
        "\nSSAM-N, its renormalised form, is held on both sides"
    )
    return figure


def _rate(here: xarray.Dataset) -> str:
    """The paths' learning rate over SAM's threshold, in words."""
    lam = boundaries.spectrum(here)
    over = PATH_ETA / np.abs(lam).max() / quadratic.sam_threshold(lam)
    return rf"$\eta = {over:.2g}\,\eta^*$"


def _trap(axes: Axes, at: xarray.Dataset) -> None:
    """The start plane of SAM, each start in its verdict's colour."""
    traps.panel(axes, at)
    axes.set_title(f"SAM, every start\n{boundaries.share(at)}")
    axes.set_xlabel("$(w_1 - w^*_1)/R$", labelpad=1)


def _legend(here: xarray.Dataset, labels: np.ndarray) -> list:
    trap = Line2D([], [], color="black", lw=1.1, label=boundaries.EDGE)
    points = [Line2D([], [], **mark(k), label=k) for k in ("saddle", "minimum")]
    codes = traps.frequent(here.verdict.sel(algorithm="SAM").values)
    return [*method_lines(labels), trap, *points, *verdict_patches(codes)]
