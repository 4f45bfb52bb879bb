"""Whole regions proved: pictures of `python -m theory.proofs --verify --json FILE`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style

RESULT = "proved_regions.json"
README = ("proved_regions",)
ASKED = {
    "distance": "no step leads away from the minimiser",
    "convergence": "no step raises f, and the gradient tends to 0",
    "pair": "two steps never part",
}
SHORT = {
    "distance": "nearer to the minimiser",
    "convergence": "descent, convergence",
    "pair": "two steps never part",
}
# For README.
SHOWN = (("distance", 0.0), ("distance", 0.1), ("convergence", -1 / 3), ("pair", 0.1))


def proved_regions(results: Path) -> dict[str, Callable[[], Figure]]:
    """A picture of a few classes, and one a measure with all of them.

    Args:
        results: folder of `proved_regions.json`.

    Raises:
        ValueError: it is missing, damaged, or not of this version.
    """
    panels = load(results / RESULT)
    shown = {key: panels[key] for key in SHOWN if key in panels}
    found = {"proved_regions": partial(draw, shown or panels, True)}
    for measure in ASKED:
        part = {key: panels[key] for key in panels if key[0] == measure}
        if part:
            found[f"proved_regions_{measure}"] = partial(draw, part, False)
    return found


def load(path: Path) -> dict[tuple[str, float], list[dict[str, Any]]]:
    """The regions of each measure and class.

    Raises:
        ValueError: the file is missing, damaged, or not of this version.
    """
    if not path.is_file():
        raise ValueError(f"no regions at `{path}`: run `make verify-proofs` first.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        panels = grouped(found)
        kept = {
            one["label"]: one["share"] for group in panels.values() for one in group
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"`{path}` is damaged or not of this version; write it anew."
        ) from error
    if not kept:
        raise ValueError(f"`{path}` holds no region.")
    return panels


def grouped(
    found: list[dict[str, Any]],
) -> dict[tuple[str, float], list[dict[str, Any]]]:
    """Regions as `theory.proofs.verify.plain` has them, by measure and class."""
    panels: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for one in found:
        group = panels.setdefault((one["measure"], one["mu"]), [])
        group.append({**one, "columns": np.array(one["columns"])})
    return panels


def draw(panels: dict, mixed: bool) -> Figure:
    """A panel for each measure and class, the methods over one another.

    Args:
        panels: of `load`.
        mixed: whether there are several measures.
    """
    across = min(3 if len(panels) in (5, 6) else 4, len(panels))
    down = -(-len(panels) // across)
    figure = Figure(figsize=(style.WIDTH, 0.9 + 2.3 * down))
    grid = figure.subplots(down, across, squeeze=False).ravel()
    for axes, ((measure, mu), group) in zip(grid, panels.items(), strict=False):
        panel(axes, group)
        axes.set_title(f"{SHORT[measure]}\n" * mixed + words(mu))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes in grid[::across]:
        axes.set_ylabel(r"$\eta\beta$")
    asked = "" if mixed else f": {ASKED[next(iter(panels))[0]]}"
    balls = {one["radius"] for group in panels.values() for one in group} - {None}
    ball = "".join(f" (SSAM-N: from $|w - w^*| = {size:g}$)" for size in balls)
    figure.suptitle(
        f"Proved in fractions, for all radii and rates of each rectangle{asked};\n"
        f"lines: the theorems' exact limits{ball}"
    )
    return figure


def panel(axes: Axes, group: list[dict[str, Any]]) -> None:
    """Rectangles of each method, and the curve they lie under."""
    for one in sorted(group, key=lambda one: one["label"]):  # SSAM's is the larger
        color, columns = style.color(one["label"]), one["columns"]
        axes.bar(
            columns[:, 0], columns[:, 2], columns[:, 1] - columns[:, 0], align="edge",
            color=color, alpha=0.28, edgecolor=color, lw=0.35,
        )  # fmt: skip
        part = f"{one['label']}, {one['source']}: {100 * one['share']:.1f} %"
        axes.plot(*one["curve"], color=color, lw=1.3, label=part)
    axes.set(xlabel=r"$\rho\beta$", xlim=(0, one["curve"][0][-1]), ylim=(0, 2.8))
    axes.legend(loc="upper right", fontsize=7, borderaxespad=0.2)


def words(mu: float) -> str:
    """The class."""
    if mu == 0:
        return r"convex, $\beta$-smooth"
    if mu < 0:
        return r"$\mu = -\beta" + (f"/{-1 / mu:.3g}$" if mu > -1 else "$")
    return rf"$\kappa = {1 / mu:.3g}$"
