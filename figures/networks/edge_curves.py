r"""Sharpness over training beside the edge that each method's theory predicts."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.edges.hovering import top
from figures import style
from figures.networks.layout import height, title
from figures.networks.seeds import DIVERGED, diverged
from figures.networks.words import logarithmic, plain, rate

NEEDS = (
    "sharpness", "edge", "loss", "cos_g_v1", "eta", "rho", "step", "diverged",
)  # fmt: skip
SEED = {"lw": 0.6, "alpha": 0.45}
MEAN = {"lw": 2.0}
EDGE = {"color": style.THEORY, "lw": 1.3, "ls": (0, (4, 2)), "zorder": 4}
GAMMA = {"color": style.THEORY, "lw": 0.8, "ls": (0, (5, 1.5, 1, 1.5)), "zorder": 3.5}
GD = {"color": "#777777", "lw": 1.3, "ls": (0, (1, 1.2)), "zorder": 3.8}
ROWS = {"sharpness": (3, r"sharpness $\lambda_1$"), "loss": (1.6, "training loss"),
        "cos_g_v1": (1.1, r"$|\cos(g, v_1)|$")}  # fmt: skip


def draw(dataset: xarray.Dataset) -> Figure:
    """The picture README shows: the sharpness alone, a row a data set."""
    names, labels = list(dataset.data.values), list(dataset.algorithm.values)
    width = style.width()
    figure = Figure(figsize=(width, height(len(names), 1.8, 1.45)))
    grid = figure.subplots(
        len(names), len(labels), sharex=True, sharey="row", squeeze=False
    )
    for name, row in zip(names, grid, strict=True):
        cells = telling(dataset.sel(data=name))
        for axes, (label, cell) in zip(row, cells.items(), strict=True):
            at = dataset.sel(data=name, algorithm=label).isel(cell)
            sharpness(axes, at)
            axes.set_title(heading(label, at))
        limits(row, dataset.sel(data=name), cells)
        row[0].set_ylabel(f"{plain(name)}\n{ROWS['sharpness'][1]}")
    for axes in grid[-1]:
        axes.set_xlabel("step")
    _finish(figure, dataset)
    return figure


def page(dataset: xarray.Dataset, name: str) -> Figure:
    """One data set: sharpness, loss and alignment, a column a method."""
    here, labels = dataset.sel(data=name), list(dataset.algorithm.values)
    figure = Figure(figsize=(style.width(), height(1, 4.3, 1.4)))
    grid = figure.subplots(
        len(ROWS), len(labels), sharex=True, sharey="row", squeeze=False,
        height_ratios=[height for height, _ in ROWS.values()],
    )  # fmt: skip
    cells = telling(here)
    for column, (label, cell) in zip(grid.T, cells.items(), strict=True):
        at = here.sel(algorithm=label).isel(cell)
        sharpness(column[0], at)
        column[0].set_title(heading(label, at))
        curves(column[1], at, at.loss)
        curves(column[2], at, np.abs(at.cos_g_v1))
        column[1].set_yscale("log")
        logarithmic(column[1].yaxis, (1, 3))
        column[2].set(ylim=(0, 1), xlabel="step")
    limits(grid[0], here, cells)
    for axes, (_, words) in zip(grid[:, 0], ROWS.values(), strict=True):
        axes.set_ylabel(words)
    _finish(figure, dataset, f"{plain(name)}. ")
    return figure


def telling(here: xarray.Dataset) -> dict[str, dict[str, int]]:
    r"""Which $\eta$ and $\rho$ of a data set are shown, by method.

    One rate for all: the largest at which every method has a radius whose seeds all
    ended; then each method's largest such radius. Where there is none, those with the
    fewest that diverged.
    """
    ended = (~diverged(here)).mean("seed")  # (algorithm, eta_level, rho_level)
    first = here.rho_level == 0  # where a method without radius is
    alone = (~(here.rho > 0)).all("rho_level")
    ended = ended.where((here.rho > 0) | (alone & first), -1.0)
    worst = ended.max("rho_level").min("algorithm").values
    eta = int(np.flatnonzero(worst == worst.max())[-1])
    best = ended.isel(eta_level=eta)
    return {
        str(label): {"eta_level": eta, "rho_level": int(np.flatnonzero(
            row == row.max())[-1])}
        for label, row in zip(
            here.algorithm.values,
            best.transpose("algorithm", "rho_level").values, strict=True,
        )
    }  # fmt: skip


def sharpness(axes: Axes, at: xarray.Dataset) -> None:
    """One method: measured, its own edge, and GD's."""
    curves(axes, at, top(at))
    axes.axhline(2 / float(at.eta), **GD)
    edge(axes, at, at.edge, EDGE)
    if "edge_measured_gamma" in at and differs(at):
        edge(axes, at, at.edge_measured_gamma, GAMMA)


def differs(at: xarray.Dataset) -> bool:
    """Whether the measured renormalisation moves the edge; without one it cannot."""
    return not np.allclose(at.edge_measured_gamma, at.edge, rtol=1e-3, equal_nan=True)


def edge(axes: Axes, at: xarray.Dataset, values: xarray.DataArray, how: dict) -> None:
    """The mean over the seeds of a predicted edge."""
    axes.plot(at.step, values.where(np.isfinite(values)).mean("seed"), **how)


def curves(axes: Axes, at: xarray.Dataset, values: xarray.DataArray) -> None:
    """A thin line a seed, the mean of those that ended thick, a cross where one left.

    Args:
        axes: to draw on.
        at: one method at one rate and radius.
        values: `(seed, check)`.
    """
    color = style.color(str(at.algorithm.item()))
    values = values.where(np.isfinite(values)).transpose("check", "seed")
    axes.plot(at.step, values, color=color, **SEED)
    left = diverged(at)
    ended = values.where(~left)
    if ended.notnull().any():
        axes.plot(at.step, ended.mean("seed"), color=color, **MEAN)
    for seed in np.flatnonzero(left):
        last = values.isel(seed=seed).dropna("check")
        x = at.step.sel(check=last.check)[-1:] if last.size else at.step[:1]
        y = last[-1:] if last.size else [0.5]
        how = {} if last.size else {"transform": axes.get_xaxis_transform()}
        axes.plot(x, y, **DIVERGED, **how)


def heading(label: str, at: xarray.Dataset) -> str:
    """Method, rate and radius."""
    words = [rf"$\eta = {float(at.eta):.2g}$", rate(label, float(at.rho))]
    between = ", " if style.width() > 6 else "\n"
    return f"{label}\n" + between.join(word for word in words if word)


def limits(row: np.ndarray, here: xarray.Dataset, cells: dict) -> None:
    """From zero to somewhat above what is seen: what diverges leaves above."""
    parts = [here.sel(algorithm=label).isel(cell) for label, cell in cells.items()]
    seen = [top(at).where(~diverged(at)).values.ravel() for at in parts]
    edges = [2 / here.eta.values[at["eta_level"]] for at in cells.values()]
    every = np.concatenate([*seen, edges])
    every = every[np.isfinite(every)]
    row[0].set_ylim(0, np.quantile(every, 0.995) * 1.1)


def _finish(figure: Figure, dataset: xarray.Dataset, name: str = "") -> None:
    figure.legend(
        handles=_legend(dataset), loc="outside lower center",
        ncols=int(style.width() / 2.4),
    )  # fmt: skip
    title(
        figure,
        f"{name}Full-batch training: does sharpness settle at the method's own edge, "
        "or at GD's?",
    )


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    grey = "#555555"
    lines = [
        Line2D([], [], color=grey, **MEAN, label="mean of the seeds"),
        Line2D([], [], color=grey, **SEED, label="one seed"),
        Line2D([], [], **EDGE, label="the method's own edge (T13)"),
        Line2D([], [], **GD, label=r"gradient descent's edge, $2/\eta$"),
    ]
    if "edge_measured_gamma" in dataset:
        words = r"edge with the measured $\gamma$ = ‖g‖ / ‖d'‖"
        lines.insert(3, Line2D([], [], **GAMMA, label=words))
    if diverged(dataset).any():
        lines.append(Line2D([], [], **DIVERGED, label="diverged"))
    return lines
