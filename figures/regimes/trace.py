r"""Traced boundaries between verdicts: the plane, and a part of it node by node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy import ndimage

from experiments.run import load
from figures import style
from figures.regimes import outcomes
from figures.regimes.maps import logarithmic
from figures.saddles.legends import plain

FILES = "trace-*.nc"
MOST = 6  # traces shown, those of the largest dimension
PART = 16  # the zoom's share of each axis
LINE = Line2D([], [], color="black", lw=0, marker="s", ms=4, label="boundary cells")


def found(results: Path, folder: str) -> list[Path]:
    """The traces of a results folder, or of the experiment's own folder in it."""
    return sorted([*results.glob(FILES), *(results / folder).glob(FILES)])


def draw(paths: list[Path]) -> Figure:
    """A map and a zoom for each of the most intricate traces."""
    traces = sorted(map(load, paths), key=_intricate, reverse=True)[:MOST]
    width = style.width()
    across = 2 if width > 6 and len(traces) > 1 else 1
    rows = -(-len(traces) // across)
    figure = Figure(figsize=(width, 1.3 + rows * (0.6 + width / across / 2.2)))
    grid = figure.subplots(rows, 2 * across, squeeze=False)
    pairs = grid.reshape(-1, 2)
    for one, (whole, zoom) in zip(traces, pairs, strict=False):
        pair(whole, zoom, one)
    for axes in pairs[len(traces) :].flat:
        axes.set_visible(False)
    codes = {code for one in traces for code in outcomes.frequent(_map(one))}
    figure.legend(
        handles=[*outcomes.patches(codes), LINE], loc="outside lower center",
        ncols=int(width / 2.4),
    )  # fmt: skip
    figure.suptitle(
        f"Boundaries between verdicts, traced, of the landscape's own start:"
        f"\nright, {PART} times enlarged"
    )
    return figure


def _intricate(trace: xarray.Dataset) -> float:
    return np.nan_to_num(float(trace.attrs["dimension"]))


def _map(trace: xarray.Dataset) -> np.ndarray:
    """The verdicts at every few nodes, `(map_eta, map_rho)`."""
    return trace.label_map.transpose("map_eta", "map_rho").values.astype(float)


def pair(whole: Axes, zoom: Axes, trace: xarray.Dataset) -> None:
    """The map of a trace, and beside it the part with the most boundary."""
    outcomes.fill(whole, trace.map_rho.values, trace.map_eta.values, _map(trace))
    cells = boundary(trace)
    part = busiest(cells)
    codes = filled(trace, cells, part)
    eta, rho = (
        trace[name].values[first : first + count + 1]
        for name, first, count in zip(("eta", "rho"), part, codes.shape, strict=True)
    )
    zoom.pcolormesh(
        rho, eta, np.ma.masked_invalid(codes), cmap=outcomes.COLORS,
        norm=outcomes.NORM, rasterized=True,
    )  # fmt: skip
    zoom.set_facecolor("black")
    for axes in (whole, zoom):
        logarithmic(axes)
        axes.set(xlabel=r"$\rho$")
    zoom.set(xlim=rho[[0, -1]], ylim=eta[[0, -1]], xticks=(), yticks=(), xlabel="")
    whole.set_ylabel(r"$\eta$")
    whole.indicate_inset(
        (rho[0], eta[0], rho[-1] - rho[0], eta[-1] - eta[0]), zoom,
        edgecolor="black", alpha=1, lw=0.8,
    )  # fmt: skip
    whole.set_title(f"{trace.attrs['label']} on {plain(trace.attrs['landscape'])}")
    zoom.set_title(dimension(trace))


def dimension(trace: xarray.Dataset) -> str:
    """The boundary's measured dimension with its interval."""
    value, low, high = (trace.attrs[f"dimension{end}"] for end in ("", "_low", "_high"))
    if np.isnan(value):
        return "no boundary measured"
    return f"dimension {value:.2f} ({low:.2f} to {high:.2f})"


def boundary(trace: xarray.Dataset) -> np.ndarray:
    """Whether a boundary passes a cell, `(eta, rho)`, one less than nodes."""
    size = int(trace.attrs["size"]) - 1
    cells = np.zeros((size, size), dtype=bool)
    corners = (trace[name].values.astype(int) for name in ("cell_eta", "cell_rho"))
    for i, j, width in zip(*corners, trace.cell_width.values, strict=True):
        cells[i : i + width, j : j + width] = True
    return cells


def busiest(cells: np.ndarray) -> tuple[int, int]:
    """The corner of the part with the most boundary cells."""
    size = -(-len(cells) // PART)
    starts = range(0, len(cells), size)
    rows = np.add.reduceat(cells, starts, axis=0, dtype=int)
    counts = np.add.reduceat(rows, starts, axis=1)
    i, j = np.unravel_index(counts.argmax(), counts.shape)
    return int(i * size), int(j * size)


def filled(
    trace: xarray.Dataset, cells: np.ndarray, part: tuple[int, int]
) -> np.ndarray:
    """Verdicts of a part's cells; NaN on a boundary, and where no node of the map lies.

    Cells that touch and are not on a boundary have one verdict, so that one node of
    the map decides the whole patch.
    """
    (i, j), size = part, -(-len(cells) // PART)
    patches, count = ndimage.label(~cells[i : i + size, j : j + size])
    step = int(np.searchsorted(trace.eta, trace.map_eta[1]))  # nodes of the map
    rows, columns = (
        np.arange(-(-k // step) * step, k + n, step)
        for k, n in zip(part, patches.shape, strict=True)
    )
    codes = np.full(count + 1, np.nan)
    known = _map(trace)[np.ix_(rows // step, columns // step)]
    codes[patches[np.ix_(rows - i, columns - j)]] = known
    codes[0] = np.nan
    return codes[patches]
