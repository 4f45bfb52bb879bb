r"""Sharpness over training beside the edge that each method's theory predicts."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import height, title
from figures.networks.seeds import DIVERGED, diverged
from figures.networks.telling import shown
from figures.networks.words import logarithmic, plain, rate
from theory.measured.hovering import meets_itself, top

NEEDS = (
    "sharpness", "edge", "loss", "cos_g_v1", "eta", "rho", "step", "diverged",
)  # fmt: skip
SEED = {"lw": 0.6, "alpha": 0.45}
MEAN = {"lw": 2.0}
EDGE = {"color": style.THEORY, "lw": 1.3, "ls": (0, (4, 2)), "zorder": 4}
MEASURED = {
    "color": style.THEORY,
    "lw": 0.8,
    "ls": (0, (5, 1.5, 1, 1.5)),
    "zorder": 3.5,
}
GD = {"color": "#777777", "lw": 1.3, "ls": (0, (1, 1.2)), "zorder": 3.8}
TAKEN = "the same, from a measured ‖g‖ or ‖d'‖\n(any bouncing mode meets it)"
ROWS = {"sharpness": (3, r"sharpness $\lambda_1$"), "loss": (1.6, "training loss"),
        "cos_g_v1": (1.1, r"$|\cos(g, v_1)|$")}  # fmt: skip


def draw(dataset: xarray.Dataset) -> Figure:
    """The picture README shows: the sharpness alone, a row a data set."""
    parts = [shown(dataset.sel(data=name)) for name in dataset.data.values]
    figure = Figure(figsize=(style.width(), height(len(parts), 1.7, 1.4)))
    panels = figure.subplots(
        len(parts), len(parts[0]), sharex=True, sharey="row", squeeze=False
    )
    for part, row in zip(parts, panels, strict=True):
        for at, axes in zip(part, row, strict=True):
            sharpness(axes, at)
            axes.set_title(heading(at))
        limits(row[0], part)
        row[0].set_ylabel(f"{plain(part[0].data.item())}\n{ROWS['sharpness'][1]}")
    for axes in panels[-1]:
        axes.set_xlabel("step")
    _finish(figure, [at for part in parts for at in part])
    return figure


def page(dataset: xarray.Dataset, name: str) -> Figure:
    """One data set: sharpness, loss and alignment, a column a method."""
    part = shown(dataset.sel(data=name))
    figure = Figure(figsize=(style.width(), height(1, 4.3, 1.4)))
    panels = figure.subplots(
        len(ROWS), len(part), sharex=True, sharey="row", squeeze=False,
        height_ratios=[share for share, _ in ROWS.values()],
    )  # fmt: skip
    for at, (upper, middle, lower) in zip(part, panels.T, strict=True):
        sharpness(upper, at)
        upper.set_title(heading(at))
        curves(middle, at, at.loss)
        curves(lower, at, np.abs(at.cos_g_v1))
        middle.set_yscale("log")
        logarithmic(middle.yaxis, (1, 3))
        lower.set(ylim=(0, 1), xlabel="step")
    limits(panels[0, 0], part)
    for axes, (_, words) in zip(panels[:, 0], ROWS.values(), strict=True):
        axes.set_ylabel(words)
    _finish(figure, part, f"{plain(name)}. ")
    return figure


def sharpness(axes: Axes, at: xarray.Dataset) -> None:
    """One method: measured, its own edge, and GD's."""
    curves(axes, at, top(at))
    axes.axhline(2 / float(at.eta), **GD)
    edge(axes, at, at.edge, line(str(at.algorithm.item())))
    if "edge_measured_gamma" in at and differs(at):
        edge(axes, at, at.edge_measured_gamma, MEASURED)


def line(label: str) -> dict:
    """Of a method's own edge: another one where a mode that bounces sets it itself."""
    return MEASURED if meets_itself(label, "edge") else EDGE


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


def heading(at: xarray.Dataset) -> str:
    """Method, rate and radius."""
    label = str(at.algorithm.item())
    words = [rf"$\eta = {float(at.eta):.2g}$", rate(label, float(at.rho))]
    between = ", " if style.width() > 6 else "\n"
    return f"{label}\n" + between.join(word for word in words if word)


def limits(axes: Axes, part: list[xarray.Dataset]) -> None:
    """From zero to somewhat above what is seen: what diverges leaves above."""
    seen = [top(at).where(~diverged(at)).values.ravel() for at in part]
    every = np.concatenate([*seen, [2 / float(at.eta) for at in part]])
    every = every[np.isfinite(every)]
    axes.set_ylim(0, np.quantile(every, 0.995) * 1.1)


def _finish(figure: Figure, part: list[xarray.Dataset], name: str = "") -> None:
    figure.legend(
        handles=_legend(any(diverged(at).any() for at in part)),
        loc="outside lower center", ncols=int(style.width() / 2.4),
    )  # fmt: skip
    title(
        figure,
        f"{name}Full-batch training: does sharpness settle at the method's own edge, "
        "or at GD's?",
    )


def _legend(left: bool) -> list[Line2D]:
    grey = "#555555"
    lines = [
        Line2D([], [], color=grey, **MEAN, label="mean of the seeds"),
        Line2D([], [], color=grey, **SEED, label="one seed"),
        Line2D([], [], **EDGE, label="the method's own edge (T13)"),
        Line2D([], [], **MEASURED, label=TAKEN),
        Line2D([], [], **GD, label=r"gradient descent's edge, $2/\eta$"),
    ]
    if left:
        lines.append(Line2D([], [], **DIVERGED, label="diverged"))
    return lines
