"""Escape times: the share of starts share still near the saddle, against steps."""

from __future__ import annotations

import json

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.saddles.legends import method_lines, plain, telling

NEEDS = ("time", "predicted_time")
TELLING = ("quadratic 1", "beale 1", "six_hump_camel 4", "linear_autoencoder 1")
THEORY = {"color": style.THEORY, "lw": 0.9, "ls": (0, (3, 2)), "zorder": 4}
CELLS = ((0, 1), (0, 3), (2, 3))  # (eta_level, rho_level)


def draw(dataset: xarray.Dataset) -> Figure:
    """Rows are saddles, columns cells of learning rate and radius."""
    saddles = telling(TELLING, dataset.saddle.values)
    cells = _cells(dataset)
    steps = int(json.loads(dataset.config)["steps"])
    size = (style.WIDTH, 0.9 + 1.55 * len(saddles))
    figure = Figure(figsize=size)
    grid = figure.subplots(
        len(saddles), len(cells), sharex="col", sharey=True, squeeze=False
    )
    for row, saddle in zip(grid, saddles, strict=True):
        for axes, (eta, rho) in zip(row, cells, strict=True):
            at = dataset.sel(saddle=saddle).isel(eta_level=eta, rho_level=rho)
            panel(axes, at, steps)
        row[0].set_ylabel(f"{plain(saddle.rsplit(' ', 1)[0])}\nshare still near")
    for axes, cell in zip(grid[0], cells, strict=True):
        axes.set_title(_heading(dataset.sel(saddle=saddles[0]), *cell))
    for axes in grid[-1]:
        axes.set_xlabel("steps $t$")
    figure.legend(handles=_legend(dataset), loc="outside lower center", ncols=4)
    figure.suptitle(
        "How long starts stay near a saddle: share not yet left after $t$ steps"
    )
    return figure


def panel(axes: Axes, at: xarray.Dataset, steps: int) -> None:
    """One saddle, eta and rho: a curve a method, theory over it."""
    width = np.linspace(3, 1.4, at.sizes["algorithm"])
    for label, thick in zip(at.algorithm.values, width, strict=True):
        one, color = at.sel(algorithm=label), style.color(label)
        t, share = _curve(one.time, steps)
        axes.step(t, share, where="post", color=color, lw=thick)
        if share[-1] > 0:
            axes.plot(steps, share[-1], ">", color=color, ms=3 + thick, clip_on=False)
        if one.predicted_time.notnull().any():
            t, share = _curve(one.predicted_time, steps)
            # A faint line of the method's colour tells whose the dashes are.
            axes.step(t, share, where="post", color=color, lw=thick, alpha=0.3)
            axes.step(t, share, where="post", color="white", lw=1.1, zorder=3)
            axes.step(t, share, where="post", **THEORY)
    axes.set(xscale="log", xlim=(1, steps), ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))


def _curve(times: xarray.DataArray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Share left behind after each time; flat to the last step if any is censored."""
    order = np.sort(times.values)
    seen = order <= steps
    t = np.concatenate([[1], order[seen], [steps]])
    share = 1 - times["quantile"].values[seen]
    # The largest time seen is not the last quantile where some starts never left.
    last = share[-1] if seen.any() else 1.0
    return t, np.concatenate([[1.0], share, [last]])


def _cells(dataset: xarray.Dataset) -> list[tuple[int, int]]:
    most = (dataset.sizes["eta_level"] - 1, dataset.sizes["rho_level"] - 1)
    return list(dict.fromkeys((min(e, most[0]), min(r, most[1])) for e, r in CELLS))


def _heading(at: xarray.Dataset, eta: int, rho: int) -> str:
    """Learning rate and radii in units of the saddle."""
    rate = float(at.eta[eta] * at.curvature)
    words = [rf"$\eta|\lambda|_{{\max}} = {rate:.3g}$"]
    units = {"length": (1 / at.radius, "R"), "rate": (at.m, "/m")}
    for unit, (factor, symbol) in units.items():
        labels = [name for name in at.algorithm.values if _unit(name) == unit]
        if labels:
            value = float((at.rho.sel(algorithm=labels[0]) * factor)[rho])
            words.append(rf"{', '.join(labels)}: $\rho = {value:.3g}\,{symbol}$")
    return "\n".join(words)


def _unit(label: str) -> str:
    """What a method's radius is measured in; nothing where it has none."""
    method = style.method(label)
    return method.radius_unit if method.has_radius else ""


def _legend(dataset: xarray.Dataset) -> list[Line2D]:
    censored = Line2D([], [], marker=">", color="#777777", ls="-", ms=5,
                      label="never left")  # fmt: skip
    theory = Line2D([], [], **THEORY, label="theory (SSAM: the earliest possible)")
    return [*method_lines(dataset.algorithm.values), censored, theory]
