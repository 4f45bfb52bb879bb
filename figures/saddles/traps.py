"""The start plane of a saddle: every start in the colour of its verdict."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.saddles import boundaries
from figures.saddles.legends import plain, telling, verdict_patches

NEEDS = ("verdict", "map_rho", "map_hessian")
METHODS = ("SAM", "SSAM-N", "USAM", "SSAM")
TELLING = ("quadratic", "double_well_saddle", "beale")
NOTE = (
    "axes: start minus saddle, in units of the ball's radius $R$; "
    "hairlines: starts exactly on an eigenvector"
)
SEEN = 1e-4  # share of all pixels below which a verdict has no legend entry
COLORS = ListedColormap([style.VERDICTS[code][0] for code in sorted(style.VERDICTS)])
NORM = BoundaryNorm(np.arange(len(style.VERDICTS) + 1) - 0.5, len(style.VERDICTS))


def draw(dataset: xarray.Dataset) -> Figure:
    """Rows are landscapes and learning rates, columns methods."""
    maps = _maps(dataset)
    rows = [(a, e) for a in maps.landscape.values for e in maps.map_eta.values]
    figure = Figure(figsize=(0.9 * style.WIDTH, 1.5 + 1.62 * len(rows)))
    figure.set_layout_engine("compressed")
    grid = figure.subplots(
        len(rows), maps.sizes["algorithm"], sharex=True, sharey=True, squeeze=False
    )
    for i, (name, eta) in enumerate(rows):
        here = maps.sel(landscape=name, map_eta=eta)
        grid[i, 0].set_ylabel(_row(name, here))
        for axes, label in zip(grid[i], maps.algorithm.values, strict=True):
            at = here.sel(algorithm=label)
            panel(axes, at)
            heading = "" if i else f"{boundaries.heading(at)}\n"
            axes.set_title(heading + boundaries.says(at), fontsize="medium", pad=3)
    figure.legend(
        handles=_legend(maps), loc="outside lower center", ncols=3, title=NOTE,
        title_fontsize="medium",
    )  # fmt: skip
    figure.suptitle("Which starts around a saddle are held, and what theory says of it")
    return figure


def _row(name: str, here: xarray.Dataset) -> str:
    product = float(here.map_eta_value) * np.abs(boundaries.spectrum(here)).max()
    words = plain(name).removesuffix(" saddle")
    return rf"{words}, $\eta|\lambda|_{{\max}} = {product:.2g}$"


def panel(axes: Axes, at: xarray.Dataset) -> None:
    """Verdicts of one method and learning rate, predicted boundaries over them."""
    axes.imshow(
        at.verdict, origin="lower", extent=_extent(at), cmap=COLORS, norm=NORM,
        interpolation="nearest",
    )  # fmt: skip
    field = boundaries.steepness(at)
    for kind, level in boundaries.edges(at).items():
        if level > 0:
            axes.contour(
                at.x, at.y, field, [level], colors="black", linestyles=kind,
                linewidths=1.1,
            )  # fmt: skip
    axes.plot(0, 0, "X", mfc="black", mec="white", mew=0.5, ms=5)
    axes.set(xticks=(-0.5, 0, 0.5), yticks=(-0.5, 0, 0.5))


def _extent(at: xarray.Dataset) -> tuple[float, ...]:
    """Outer edges of the pixels."""
    half = float(at.x[1] - at.x[0]) / 2
    low, high = float(at.x[0]) - half, float(at.x[-1]) + half
    return (low, high, low, high)


def _maps(dataset: xarray.Dataset) -> xarray.Dataset:
    """The telling landscapes and methods out of those that have maps."""
    names = dataset.verdict.dropna("landscape", how="all").landscape.values
    chosen = telling(TELLING, names)
    labels = [label for label in METHODS if label in dataset.algorithm.values]
    labels = labels or list(dataset.algorithm.values)
    return dataset.sel(landscape=chosen, algorithm=labels)


def _legend(maps: xarray.Dataset) -> list:
    lines = [
        Line2D([], [], color="black", lw=1.1, ls=kind, label=words)
        for kind, words in boundaries.WORDS.items()
    ]
    return [*lines, *verdict_patches(frequent(maps.verdict.values))]


def frequent(codes: np.ndarray) -> np.ndarray:
    """The verdicts that are more than a stray pixel."""
    found, counts = np.unique(codes, return_counts=True)
    return found[counts > SEEN * codes.size]
