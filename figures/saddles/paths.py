"""Trajectories past saddles, over the contours of each landscape."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import landscapes
from experiments.saddles.maps import PATH_ETA, PATH_LENGTH, PATH_RATE
from figures import style
from figures.saddles.legends import mark, paths_legend, plain
from landscapes.landscape import Landscape

NEEDS = ("path",)
COLUMNS = 4
CONTOURS = np.linspace(0.02, 0.98, 17)  # shares of the window below each level
NEAR = 0.2  # of the start's distance from the saddle: at the saddle; the inset
SETTING = (
    rf"$\eta = {PATH_ETA}/|\lambda|_{{\max}}$, $\rho = {PATH_LENGTH} R$ (SAM, SSAM-N) "
    rf"or ${PATH_RATE}/m$ (USAM, SSAM); start $R/2$ from the saddle; "
    "insets: around the saddle"
)


def draw(dataset: xarray.Dataset) -> Figure:
    """Small multiples, one a two-dimensional landscape, and the legend."""
    data = dataset.path.dropna("landscape", how="all")
    rows = -(-(data.sizes["landscape"] + 1) // COLUMNS)
    figure = Figure(figsize=(style.WIDTH, 0.6 + 2.05 * rows))
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    surfaces = [landscapes.load(name) for name in data.landscape.values]
    for i, surface in enumerate(surfaces):
        panel(grid[i], surface, data.isel(landscape=i))
    for axes in grid[len(surfaces) :]:
        axes.axis("off")
    grid[len(surfaces)].legend(
        handles=paths_legend(data.algorithm.values),
        loc="center left",
        borderaxespad=0,
        labelspacing=0.4,
    )
    figure.suptitle(_ends(data, surfaces))
    figure.supxlabel(SETTING, fontsize="medium")
    return figure


def panel(
    axes: Axes, surface: Landscape, paths: xarray.DataArray, inset: bool = True
) -> None:
    """One landscape: contours, critical points, a line a method, the saddle larger."""
    window = _window(surface, paths.values)
    _lines(axes, surface, paths, window)
    axes.set_title(plain(surface.name))
    axes.set_xlabel("$w_1$", labelpad=1)
    axes.set_ylabel("$w_2$", labelpad=1)
    axes.locator_params(nbins=4)
    axes.set_box_aspect(1)
    if inset and np.nanmin(_from_saddle(surface, paths)) < NEAR:
        small = axes.inset_axes(_free_corner(window, paths.values))
        center, reach = surface.saddles[0].point, NEAR * _scale(surface, paths)
        around = np.stack([center - reach, center + reach], axis=1)
        _lines(small, surface, paths, around)
        small.set(xticks=[], yticks=[])
        axes.indicate_inset(_bounds(around), edgecolor="#444444", lw=0.6)


def _lines(
    axes: Axes, surface: Landscape, paths: xarray.DataArray, window: np.ndarray
) -> None:
    contours(axes, surface, window)
    width = np.linspace(3.2, 1.0, paths.sizes["algorithm"])
    for label, thick in zip(paths.algorithm.values, width, strict=True):
        x, y = paths.sel(algorithm=label).values.T
        color, last = style.color(label), np.flatnonzero(np.isfinite(x))[-1]
        axes.plot(x, y, color=color, lw=thick)
        axes.plot(x[last], y[last], "o", color=color, ms=3 + 1.5 * thick, mew=0)
    axes.plot(*paths.values[0, 0], "s", color="white", mec="black", ms=5, zorder=5)
    for critical in surface.critical_points:
        axes.plot(*critical.point, **mark(critical.kind), zorder=6)
    axes.set(xlim=window[0], ylim=window[1])


def contours(axes: Axes, surface: Landscape, window: np.ndarray) -> None:
    """Level lines of equally many points each, in a window `(axis, 2)`."""
    line = [np.linspace(*side, 160) for side in window]
    value = surface.value(np.stack(np.meshgrid(*line), axis=-1))
    levels = np.unique(np.quantile(value, CONTOURS))
    axes.contour(
        *line, value, levels, colors="#C4C4C4", linewidths=0.5, linestyles="solid",
        zorder=0,
    )  # fmt: skip


def _window(surface: Landscape, points: np.ndarray) -> np.ndarray:
    """The square that holds saddle and paths inside the box, `(axis, 2)`."""
    low, high = np.array(surface.box, dtype=float).T
    points = np.concatenate([points.reshape(-1, 2), [surface.saddles[0].point]])
    points = np.clip(points[np.isfinite(points).all(axis=1)], low, high)
    least, most = points.min(axis=0), points.max(axis=0)
    middle, half = (least + most) / 2, 0.62 * (most - least).max()
    return np.stack([middle - half, middle + half], axis=1)


def _bounds(window: np.ndarray) -> tuple[float, ...]:
    (left, right), (low, high) = window
    return (left, low, right - left, high - low)


def _free_corner(window: np.ndarray, points: np.ndarray) -> tuple[float, ...]:
    """The corner that the paths touch least, as an inset's place."""
    place = (points.reshape(-1, 2) - window[:, 0]) / (window[:, 1] - window[:, 0])
    # A path that rests somewhere counts once there, not at every step.
    cells = np.unique(np.round(place[np.isfinite(place).all(axis=1)], 2), axis=0)
    size, spare = 0.38, 0.03
    ends = (0.98 - size, 0.02)
    corners = np.array([(x, y) for y in ends for x in ends])
    touched = [
        ((cells > c - spare) & (cells < c + size + spare)).all(axis=1).sum()
        for c in corners
    ]
    return (*corners[int(np.argmin(touched))], size, size)


def _scale(surface: Landscape, paths: xarray.DataArray) -> float:
    """The start's distance from the saddle."""
    return float(np.linalg.norm(paths.values[0, 0] - surface.saddles[0].point))


def _from_saddle(surface: Landscape, paths: xarray.DataArray) -> np.ndarray:
    """Distance over the start's, `(method, t)`."""
    away = np.linalg.norm(paths.values - surface.saddles[0].point, axis=-1)
    return away / _scale(surface, paths)


def _ends(data: xarray.DataArray, surfaces: list[Landscape]) -> str:
    """On how many landscapes each method's path ends at the saddle, in words."""
    # A path that has left is NaN at its end, and NaN is not near.
    held = sum(
        _from_saddle(surface, data.isel(landscape=i))[:, -1] < NEAR
        for i, surface in enumerate(surfaces)
    )
    groups: dict[int, list[str]] = {}
    for label, count in zip(data.algorithm.values, held, strict=True):
        groups.setdefault(int(count), []).append(label)
    words = [f"{', '.join(groups[k])} on {k}" for k in sorted(groups, reverse=True)]
    words[0] += f" of {len(surfaces)} landscapes"
    return f"Paths that end at the saddle they pass: {'; '.join(words)}"
