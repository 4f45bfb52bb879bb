"""After a late switch away from gradient descent: sharpness, and the loss."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.edge_curves import EDGE, GD, MEASURED, SEED, line
from figures.networks.layout import height, title
from figures.networks.seeds import DIVERGED
from figures.networks.words import logarithmic, plain, shade

NEEDS = (
    "late_sharpness", "late_loss", "late_edge", "late_step", "late_eta", "late_rho",
    "late_diverged",
    "switch",
)  # fmt: skip
HEIGHTS = (2, 1)


def draw(dataset: xarray.Dataset) -> Figure:
    """Two rows a data set, a column a method that is switched to."""
    names, labels = list(dataset.data.values), list(dataset.late_algorithm.values)
    width = style.width()
    figure = Figure(figsize=(width, height(len(names), 3.2, 1.4)))
    panels = figure.subplots(
        2 * len(names), len(labels), sharex=True, sharey="row", squeeze=False,
        height_ratios=HEIGHTS * len(names),
    )  # fmt: skip
    for name, upper, lower in zip(names, panels[::2], panels[1::2], strict=True):
        here = dataset.sel(data=name)
        for label, above, below in zip(labels, upper, lower, strict=True):
            at = here.sel(late_algorithm=label)
            sharpness(above, at)
            above.set_title(heading(at))
            curves(below, at, at.late_loss)
        upper[0].set(ylabel=f"{plain(name)}\nsharpness $\\lambda_1$")
        limits(upper[0], here)
        lower[0].set(yscale="log", ylabel=f"{plain(name)}\ntraining loss")
        logarithmic(lower[0].yaxis, (1, 2, 5))
    for axes in panels[-1]:
        axes.set_xlabel("step")
    figure.legend(
        handles=_legend(dataset), loc="outside lower center", ncols=int(width / 2.4)
    )
    title(
        figure,
        "Gradient descent, and from step 0 on another method: does sharpness fall to "
        "the new edge?",
    )
    return figure


def after(label: str) -> str:
    """The method that `GD>SAM` switches to."""
    return str(label).rpartition(">")[2]


def heading(at: xarray.Dataset) -> str:
    """The method that is switched to, and its radii."""
    rho = at.late_rho.values[levels(at)]
    label = after(at.late_algorithm.item())
    ends = "–".join(dict.fromkeys(f"{value:.2g}" for value in rho[[0, -1]]))
    return f"→ {label}" + (rf"{chr(10)}$\rho$ = {ends}" if rho.any() else "")


def sharpness(axes: Axes, at: xarray.Dataset) -> None:
    """Measured, the new method's edges, and GD's."""
    curves(axes, at, at.late_sharpness.isel(top=0))
    axes.axhline(2 / float(at.late_eta), **GD)
    how = line(after(at.late_algorithm.item()))
    for level in levels(at):
        edge = at.late_edge.isel(rho_level=level)
        edge = edge.where(np.isfinite(edge)).mean("seed")
        axes.plot(at.late_step, edge, **(how | {"lw": 0.9}))


def limits(axes: Axes, here: xarray.Dataset) -> None:
    """From zero to somewhat above what is seen: what diverges leaves above."""
    seen = here.late_sharpness.isel(top=0).where(here.late_diverged < 0).values
    highest = np.nanquantile(seen, 0.995) if np.isfinite(seen).any() else 0
    axes.set_ylim(0, 1.1 * max(highest, 2 / float(here.late_eta)))


def levels(at: xarray.Dataset) -> np.ndarray:
    """The levels of the radius that were run; the first where there is no radius."""
    found = np.flatnonzero(np.nan_to_num(at.late_rho.values) > 0)
    return found if found.size else np.array([0])


def curves(axes: Axes, at: xarray.Dataset, values: xarray.DataArray) -> None:
    """By radius, the larger the darker: seeds thin, their mean thick, crosses at ends.

    Args:
        axes: to draw on.
        at: what was switched to.
        values: `(rho_level, seed, late_check)`.
    """
    color, ran = style.color(after(at.late_algorithm.item())), levels(at)
    for k, level in enumerate(ran):
        tint, when = shade(color, k, len(ran)), at.late_diverged.isel(rho_level=level)
        one = values.isel(rho_level=level).transpose("late_check", "seed")
        axes.plot(at.late_step, one, color=tint, **SEED)
        axes.plot(at.late_step, one.where(when < 0).mean("seed"), color=tint, lw=1.6)
        when = when.values[when >= 0]
        axes.plot(when, np.full(len(when), 0.95), **(DIVERGED | {"color": tint}),
                  transform=axes.get_xaxis_transform())  # fmt: skip


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    lines = [
        Line2D([], [], color="#555555", lw=1.6, label="mean (larger radius darker)"),
        Line2D([], [], color="#555555", **SEED, label="one seed"),
        Line2D([], [], **(EDGE | {"lw": 0.9}), label="the new method's edge (T13)"),
        Line2D([], [], **(MEASURED | {"lw": 0.9}), label="the same, measured ‖g‖"),
        Line2D([], [], **GD, label=r"gradient descent's edge, $2/\eta$"),
    ]
    if (dataset.late_diverged >= 0).any():
        lines.append(Line2D([], [], **DIVERGED, label="a seed diverged"))
    return lines
