r"""Traced boundaries between verdicts: the plane, and a part of it node by node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy import ndimage

from experiments.run import load
from figures import style
from figures.regimes import outcomes
from figures.regimes.maps import logarithmic
from figures.saddles.legends import plain

FILES = "trace-*.nc"
MOST = 6  # traces shown, those of the largest dimension
PART = 16  # the zoom's share of each axis
BOUNDARY = Patch(color="black", label="boundary")
UNKNOWN = Patch(fc="white", ec="black", lw=0.5, label="too small to tell")


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
        handles=[*outcomes.patches(codes), BOUNDARY, UNKNOWN],
        loc="outside lower center", ncols=int(width / 2.4),
    )  # fmt: skip
    figure.suptitle(
        "What the landscape's own start does, its boundaries followed node by node:\n"
        f"the whole plane and, {PART} times enlarged, where most of them are"
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
    whole.set_title(f"{trace.attrs['label']}\n{plain(trace.attrs['landscape'])}")
    whole.set(xlabel=r"$\rho$", ylabel=r"$\eta$")
    logarithmic(whole)
    zoom.set_title(dimension(trace))
    if trace.sizes["cell"]:
        (left, right), (low, high) = enlarged(zoom, trace)
        whole.indicate_inset(
            (left, low, right - left, high - low), zoom, edgecolor="black", alpha=1,
            lw=0.8,
        )  # fmt: skip
    else:
        zoom.set_axis_off()


def enlarged(axes: Axes, trace: xarray.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Draws the part with the most boundary; its ends in rho and in eta."""
    cells = boundary(trace)
    part = busiest(cells)
    codes = filled(trace, cells, part)
    eta, rho = (
        trace[name].values[first : first + count + 1]
        for name, first, count in zip(("eta", "rho"), part, codes.shape, strict=True)
    )
    outcomes.cells(axes, rho, eta, codes)
    i, j = (slice(n, n + count) for n, count in zip(part, codes.shape, strict=True))
    edge = np.ma.masked_equal(cells[i, j], False)
    axes.pcolormesh(rho, eta, edge, cmap=ListedColormap(["black"]), rasterized=True)
    logarithmic(axes)
    ends = rho[[0, -1]], eta[[0, -1]]
    axes.set(xlim=ends[0], ylim=ends[1], xticks=(), yticks=())
    return ends


def dimension(trace: xarray.Dataset) -> str:
    """The boundary's measured dimension with its interval."""
    value, low, high = (trace.attrs[f"dimension{end}"] for end in ("", "_low", "_high"))
    if np.isnan(value):
        return "dimension\nnot measured"
    # Where the budget ended, some of the boundary was counted in wider cells.
    end = "" if trace.attrs["complete"] else ", unfinished"
    return f"dimension{end}\n{value:.2f} ({low:.2f} to {high:.2f})"


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
