"""Distances and bounds over time, how near they come, and how both grow."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from figures import style
from figures.networks.layout import height, title
from figures.stable.words import SYMBOLS, called, plain, reference, tasks, telling
from theory.measured import stability as told

NEEDS = ("distance", "distance_bound", "trivial_bound", "stairs", "stairs_lower")
DOTS = 4.0


def draw(found: xarray.Dataset) -> Figure:
    """Six panels."""
    columns = 3 if style.width() >= style.WIDTH else 2
    rows = 6 // columns
    figure = Figure(figsize=(style.width(), height(rows, 2.45, 0.9)))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    first, last = found.batch.values[[0, -1]]
    over_time(panels[0], found, str(last))
    over_time(panels[1], found, str(first))
    panels[1].set_ylabel("")
    apart_from_sgd(panels[2], found)
    tightness(panels[3], found)
    powers(panels[4], found)
    staircase(panels[5], found)
    figure.legend(
        handles=_legend(found),
        loc="outside lower center",
        ncols=4 if columns > 2 else 3,
    )
    title(figure, "One sample replaced: how far do runs part, and how far may they?")
    return figure


def over_time(axes: Axes, found: xarray.Dataset, batch: str) -> None:
    """One problem: a line a method, dashed its bound, dotted the trivial one."""
    here = found.sel(problem=telling(found), batch=batch)
    here = here.sel(eta_level=reference(found)).dropna("check", subset=["times"])
    t, most = here.times.values, np.linspace(3.2, 1.2, here.sizes["algorithm"])
    for label, width in zip(here.algorithm.values, most, strict=True):
        cell, color = here.sel(algorithm=label).isel(rho_level=-1), style.color(label)
        if not np.isfinite(cell.distance).any():
            continue
        axes.plot(t, cell.distance.mean("trial"), color=color, lw=width)
        if np.isfinite(cell.distance_bound).all():
            axes.plot(t, cell.distance_bound, color=color, lw=0.4 + width / 2, ls="--")
    trivial = here.trivial_bound.isel(algorithm=0, rho_level=0)
    axes.plot(t, trivial, color=style.THEORY, lw=1, ls=":")
    many = "all samples a step" if batch == "all" else f"batches of {batch}"
    name = (
        f"{plain(str(here.data.item()))}, {here.model.item()}, $n$ {here.n.item():.0f}"
    )
    axes.set_title(f"{name}\n{many}")
    axes.set(xscale="log", yscale="log", xlabel="steps $T$", xlim=(t[0], t[-1]))
    axes.xaxis.set_major_locator(LogLocator(base=4 if len(t) > 4 else 2))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylabel(r"mean distance $\Vert w_T - w_T^{(i)}\Vert$")


def apart_from_sgd(axes: Axes, found: xarray.Dataset) -> None:
    """How far SSAM's and SSAM-N's distances are from SGD's, by batch size."""
    batches = [str(b) for b in found.batch.values]
    linear = found.model.isin(["square", "logistic"])
    here = found.isel(problem=linear.values).sel(eta_level=reference(found))
    here = here.isel(rho_level=-1)
    end = told.last(here, here.distance)
    names = [n for n in ("SSAM", "SSAM-N") if n in found.algorithm.values]
    for k, label in enumerate(names):
        off = np.abs(end.sel(algorithm=label) / end.sel(algorithm="GD") - 1)
        off = off.max("trial").transpose("batch", "problem").values
        spread = np.linspace(-0.14, 0.14, off.shape[1]) + 0.34 * (k - 0.5)
        x = np.arange(len(batches))[:, None] + spread
        axes.plot(
            x.ravel(), np.maximum(off, 1e-17).ravel(), "o", ms=DOTS, mew=0,
            color=style.color(label),
        )  # fmt: skip
    axes.axhline(1e-12, color=style.THEORY, lw=0.8, ls="--")
    axes.text(0.98, 2e-12, "rounding", ha="right", va="bottom", size="small",
              transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set(yscale="log", ylim=(3e-18, 3), xlim=(-0.5, len(batches) - 0.5))
    axes.set_xticks(range(len(batches)), batches)
    axes.set(xlabel="batch", ylabel="|distance / SGD's $-$ 1|")
    axes.set_title("T16: one example a step,\nand SSAM is SGD")


def tightness(axes: Axes, found: xarray.Dataset) -> None:
    """All measured distances over their bounds, a row a task."""
    judged, names = told.judged(found, "distance"), tasks(found)
    surely = told.judged(found, "farthest")
    rng = np.random.default_rng(0)
    for row, (data, model) in enumerate(names):
        here = ((found.data == data) & (found.model == model)).values
        for each, color, lift in ((judged, "#777777", 0.16), (surely, "black", -0.16)):
            share = each.share.where(~each.vacuous).isel(problem=here).values.ravel()
            share = share[np.isfinite(share) & (share > 0)]
            y = row + lift + 0.12 * rng.uniform(-1, 1, len(share))
            axes.plot(share, y, ".", ms=1.6, mew=0, color=color, rasterized=True)
            if len(share):
                axes.plot(share.max(), row + lift, "|", color=color, ms=9, mew=1.6)
        if model in told.GROWN:
            axes.text(2e-4, row, "none is known", va="center", size="small")
    axes.axvline(1, color=style.THEORY, lw=1)
    axes.set_yticks(range(len(names)), [called(*pair, " ") for pair in names])
    axes.tick_params(axis="y", labelsize="x-small", length=0)
    axes.set(xscale="log", xlim=(1e-4, 2), ylim=(len(names) - 0.5, -0.5))
    axes.xaxis.set_major_locator(LogLocator(numticks=6))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("measured / bound")
    above, within = (
        sum(int(each[key].sum()) for each in (judged, surely))
        for key in ("above", "within")
    )
    axes.set_title(
        f"{above} of {within} lie above their bound\n(grey: mean, black: largest)"
    )


def powers(axes: Axes, found: xarray.Dataset) -> None:
    """SGD's and SAM's powers of T, eta and 1/n, a row a task."""
    fitted, names = told.exponents(found), tasks(found)
    batch, eta = found.batch.values[-1], reference(found)
    for row, (data, model) in enumerate(names):
        problem = telling(found, data, model)
        for label, lift in (("GD", -0.16), ("SAM", 0.16)):
            if label not in found.algorithm.values:
                continue
            cell = fitted.sel(problem=problem, batch=batch, algorithm=label)
            cell = cell.sel(eta_level=eta).isel(rho_level=0 if label == "GD" else -1)
            for key, mark in SYMBOLS.items():
                _power(axes, cell, key, mark, row + lift, f"{data} {model}", label)
    for x in (-1, 0, 1):
        axes.axvline(x, color=style.THEORY, lw=1 if x else 0.4, ls="--" if x else "-")
    axes.set_yticks(range(len(names)), [""] * len(names))
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(-1.6, 1.6), ylim=(len(names) - 0.5, -0.5), xlabel="power")
    axes.set_title("Powers of growth, SGD and SAM\n(dashed: the convex bound's)")


def _power(
    axes: Axes, cell: xarray.Dataset, key: str, mark: str, y: float, task: str,
    label: str,
) -> None:  # fmt: skip
    """A power with its interval, if it was fitted."""
    if key not in cell:
        return
    if "task" in cell[key].dims:
        if task not in cell.task.values:
            return
        cell = cell.sel(task=task)
    value, low, high = (float(cell[f"{key}{end}"]) for end in ("", "_low", "_high"))
    color = style.color(label)
    axes.plot([low, high], [y, y], color=color, lw=1)
    axes.plot(value, y, mark, color=color, ms=DOTS, mew=0)


def staircase(axes: Axes, found: xarray.Dataset) -> None:
    r"""L10: squared distances over rho squared, all radii in one."""
    rho = found.stair_rho
    for label in found.stair_method.values:
        square = (found.stairs.sel(stair_method=label) / rho**2).isel(stair_rho=0)
        axes.plot(
            found.stair_step, np.maximum(square, 1e-30), color=style.color(str(label)),
            lw=2.4 if label == "GD" else 1.5,
        )  # fmt: skip
    for name in ("stairs_lower", "stairs_upper"):
        bound = (found[name] / rho**2).isel(stair_rho=0)
        axes.plot(found.stair_step, bound, color=style.THEORY, lw=0.9, ls="--")
    axes.set(yscale="log", xscale="log", xlim=(1, found.stair_step.values[-1]))
    axes.set_ylim(1e-10, 1e4)
    axes.set(xlabel="steps $T$", ylabel=r"$\Vert w_T - w_T'\Vert^2 / \rho^2$")
    axes.set_title("L10: data on which SAM parts\nby $\\eta^2\\beta^2\\rho^2$ a step")


def _legend(found: xarray.Dataset) -> list[Line2D]:
    lines = [
        Line2D([], [], color=style.color(name), label="SGD" if name == "GD" else name)
        for name in found.algorithm.values
    ]
    words = {"--": "bound", ":": r"trivial bound $2\eta GT$"}
    lines += [
        Line2D([], [], color=style.THEORY, lw=1, ls=ls, label=word)
        for ls, word in words.items()
    ]
    marks = {"T": "power of $T$", "eta": r"of $\eta$", "n": "of $n$"}
    return lines + [
        Line2D([], [], color="#555555", ls="", marker=SYMBOLS[key], ms=DOTS, label=word)
        for key, word in marks.items()
    ]
