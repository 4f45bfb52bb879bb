"""Along a manifold of zero loss: who goes on to flatten, and how fast SAM does."""

from __future__ import annotations

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import style
from figures.networks.layout import height, title
from figures.spectral.words import name, site

NEEDS = ("ratio", "small_ratio", "far_top", "far_trace", "far_step")
MODES = {
    "all": ("far_top", r"$\lambda_1$ over its start", "all samples in a step"),
    "one": ("far_trace", r"$\mathrm{tr}\,H$ over its start", "one sample in a step"),
}


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a way of sampling: long ways site by site, then SAM beside theory."""
    sites = list(dataset.site.values.astype(str))
    columns = len(sites) + 1
    figure = Figure(figsize=(style.width(), height(2, 2.2, 1.3)))
    panels = figure.subplots(2, columns, squeeze=False)
    for (mode, (what, ylabel, words)), row in zip(MODES.items(), panels, strict=True):
        for where, axes in zip(sites, row, strict=False):
            path(axes, dataset.sel(site=where, samples=mode), what)
            axes.set_title(f"{site(where)}, {words}")
            axes.set_xlabel("step")
        row[0].set_ylabel(ylabel)
        beside(row[-1], dataset.sel(samples=mode))
        row[-1].set_title("SAM's drift")
        unit = r"\lambda_1" if mode == "all" else r"\,\mathrm{tr}\,H"
        row[-1].set(xlabel=rf"$\eta{unit}$", ylabel="measured over predicted")
    handles = [
        Line2D([], [], color=style.color(label), label=name(label))
        for label in dataset.algorithm.values.astype(str)
    ]
    for kind, words in (
        ({"marker": "o", "mfc": style.color("SAM")}, "with the bounce's factor (L19)"),
        ({"marker": "o", "mfc": "white"}, "for small learning rates (L20)"),
    ):
        handles.append(
            Line2D([], [], color=style.color("SAM"), ls="", ms=4, label=words, **kind)
        )
    columns = 5 if style.width() > 6 else 3
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    title(figure, "At zero loss SAM alone goes on to flatten; the others come to rest")
    return figure


def path(axes: Axes, here: xarray.Dataset, what: str) -> None:
    """Means over the seeds; those that stay lie on one another."""
    labels = here.algorithm.values.astype(str)
    order = sorted(labels, key=lambda label: label == "SAM")
    for k, label in enumerate(order):
        own = here[what].sel(algorithm=label)
        values = (own / own.isel(check=0)).transpose("check", "seed")
        dashes = "-" if label == "SAM" else (2.5 * k, (2.5, 2.5 * (len(order) - 2)))
        axes.plot(
            here.far_step.values.reshape(-1)[: len(values)], values.mean("seed"),
            color=style.color(label), ls=dashes, lw=1.6,
        )  # fmt: skip
    axes.set_ylim(None, 1.03)


def beside(axes: Axes, here: xarray.Dataset) -> None:
    """SAM's drift over the predicted one, seed by seed, at the smallest radius."""
    axes.axhline(1, color=style.THEORY, lw=0.6)
    color = style.color("SAM")
    for what, face in (("small_ratio", "white"), ("ratio", color)):
        own = here[what].sel(algorithm="SAM").isel(rho_level=0)
        own = own.transpose("share_level", "seed", "site")
        share = np.broadcast_to(here.share.values[:, None, None], own.shape)
        axes.plot(share.ravel(), own.values.ravel(), "o", color=color, mfc=face, ms=4)
    axes.set(xscale="log", yscale="log")
    ticks = here.share.values
    axes.set_xticks(ticks, [f"{value:g}" for value in ticks])
    axes.set_xticks([], minor=True)
    top = float(np.nanmax(here.small_ratio.sel(algorithm="SAM")))
    marks = [t for t in (0.9, 1, 1.1, 1.2, 1.4, 2, 5, 10) if t < 1.2 * top]
    marks = marks if top < 2 else [t for t in marks if t in (1, 2, 5, 10)]
    axes.set_yticks(marks, [f"{value:g}" for value in marks])
    axes.set_yticks([], minor=True)
