"""Where renormalisation helps, hurts, or changes nothing: methods by landscapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from figures import style
from figures.networks.layout import title
from figures.saddles.legends import plain as spaced
from figures.zoo.pairs import COLORS, caption, name, pairs, rows, task
from theory import methods
from theory.methods.adasam import AdaSAM
from theory.methods.sam_polyak import SAMPolyak

NEEDS = (
    "plain_form", "escape_eta_share", "saddle_unserved", "range_low", "range_high",
    "convex_unserved", "largest", "train_largest_ratio_low", "train_largest_ratio_high",
)  # fmt: skip
ONE, BASE = "GD", methods.label("adasam/rho=0")
TARGET = "band"  # to a minimum or to a cycle about it
RATES, APART = 0.15, 1.05  # of which shares and ranges count as changed
SHARES = LinearSegmentedColormap.from_list("shares", ["#F7F4EC", "#7FB69A", "#0B5345"])
OVER = LinearSegmentedColormap.from_list(
    "over", ["#7A3E00", "#D9A760", "#F7F4EC", "#8FB6D9", "#1B3F77"]
)
NONE, FOREIGN, UNSERVED = "#222222", "#E4E4E4", "#999999"
HALF, GAP, BETWEEN = 0.46, 0.04, 0.7  # of a column: a form, what parts pairs, blocks
ROW = 0.175  # inches
MARKS = {1: "^", -1: "v"}


@dataclass(frozen=True)
class Block:
    """Columns that are measured alike.

    Args:
        words: what they are, and what is shown.
        names: of the columns.
        value: `(algorithm, column)`; 0 of none, NaN of what cannot be compared.
        served: whether a method can run there, `(algorithm, column)`.
        sign: of a method under Stable against itself without, `(algorithm, column)`.
        norm: of the colours.
        colors: the map.
    """

    words: str
    names: list[str]
    value: xarray.DataArray
    served: xarray.DataArray
    sign: xarray.DataArray
    norm: Normalize
    colors: Colormap


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a method, plain at the left of a cell, with Stable at the right."""
    shown, parts = rows(dataset), blocks(dataset)
    figure = Figure(figsize=(style.width(), 3.1 + ROW * len(shown)))
    axes = figure.subplots()
    starts, x = [], 0.0
    for part in parts:
        starts.append(x)
        _block(axes, part, shown, x)
        x += len(part.names) + BETWEEN
    _frame(axes, parts, starts, shown, x - BETWEEN)
    _totals(axes, parts, shown, x - BETWEEN)
    for part, words, ticks in (
        (parts[0], "share of learning rates at which it escapes", (0, 0.5, 1)),
        (parts[1], "largest learning rate over (S)GD's", (0.25, 0.5, 1, 2, 4)),
    ):
        figure.colorbar(
            ScalarMappable(part.norm, part.colors), ax=axes, location="bottom",
            label=words, ticks=ticks, format="{x:g}", aspect=40, pad=0.01,
            shrink=0.6, extend="neither" if part is parts[0] else "both",
        ).minorticks_off()  # fmt: skip
    figure.legend(handles=_legend(), loc="outside lower center", ncols=3)
    figure.supxlabel(_caption(), fontsize="x-small")
    title(figure, "Where renormalisation helps, hurts, or changes nothing: each method "
                  "plain and, at its right, with Stable")  # fmt: skip
    return figure


def blocks(dataset: xarray.Dataset) -> list[Block]:
    """Saddles, convex functions and networks, at the middle radius."""
    return [_saddles(dataset), _convex(dataset), _networks(dataset)]


def _saddles(dataset: xarray.Dataset) -> Block:
    """More rates are better; what changes by one of ten may be chance."""
    share = _middle(dataset.escape_eta_share, "saddle_rho_level")
    share = share.rename(landscape="column")
    change = share - _inner(dataset, share)
    sign = (change > RATES).astype(int) - (change < -RATES).astype(int)
    served = (dataset.saddle_unserved == "").rename(landscape="column")
    names = [spaced(n) for n in share.column.values]
    return Block("saddles", names, share, served, sign, Normalize(0, 1), SHARES)


def _convex(dataset: xarray.Dataset) -> Block:
    """Brackets that lie apart, by a twentieth at least."""
    low, high = (
        _middle(dataset[f"range_{end}"].sel(target=TARGET), "convex_rho_level")
        .fillna(0.0)
        .rename(function="column")
        for end in ("low", "high")
    )
    inner = [_inner(dataset, end) for end in (low, high)]
    more, less = low > APART * inner[1], inner[0] > APART * high
    # What converges nowhere has no bracket, but the other's has a lower end.
    more, less = more | ((inner[0] == 0) & (low > 0)), less & (low > 0)
    less = less | ((low == 0) & (inner[0] > 0))
    sign = more.astype(int) - less.astype(int)
    served = (dataset.convex_unserved == "").rename(function="column")
    value = _over(low, dataset, 2.0)
    names = [spaced(n) for n in value.column.values]
    return Block("convex functions", names, value, served, sign, LogNorm(0.25, 4), OVER)


def _networks(dataset: xarray.Dataset) -> Block:
    """Intervals without 1; nothing where a seed trains nowhere."""
    largest = _middle(dataset.largest, "rho_level").rename(task="column")
    logs = np.log(largest).mean("seed", skipna=False)
    value = _over(np.exp(logs).fillna(0.0), dataset, None)
    told = dataset.sel(versus="plain")
    low, high = (
        _middle(told[f"train_largest_ratio_{end}"], "rho_level").rename(task="column")
        for end in ("low", "high")
    )
    sign = (low > 1).astype(int) - (high < 1).astype(int)
    served = xarray.ones_like(value, dtype=bool)
    names = [task(n) for n in value.column.values]
    return Block("networks", names, value, served, sign, LogNorm(0.25, 4), OVER)


def _middle(values: xarray.DataArray, level: str) -> xarray.DataArray:
    """At the middle radius."""
    return values.isel({level: values.sizes[level] // 2})


def _inner(dataset: xarray.Dataset, values: xarray.DataArray) -> xarray.DataArray:
    """Of every method under Stable the plain one's; of the others their own."""
    around = {label: plain for plain, label in pairs(dataset).items()}
    labels = values.algorithm.values.astype(str)
    there = [around[a] if around.get(a) in {*labels} else a for a in labels]
    return values.sel(algorithm=there).assign_coords(algorithm=values.algorithm)


def _over(
    values: xarray.DataArray, dataset: xarray.Dataset, one: float | None
) -> xarray.DataArray:
    """Over GD's, or over its own base's; NaN where the rate has another unit.

    Args:
        values: learning rates `(algorithm, column)`, 0 of none.
        dataset: the result.
        one: GD's; None: as measured.
    """
    found = values.copy()
    for label in values.algorithm.values.astype(str):
        base = values.sel(algorithm=ONE) if one is None else one
        if label.startswith(SAMPolyak().label):
            base = np.nan
        elif AdaSAM().label in label:
            there = BASE in values.algorithm.values
            base = values.sel(algorithm=BASE) if there else np.nan
        found.loc[{"algorithm": label}] = values.sel(algorithm=label) / base
    return found


def _block(
    axes: Axes, part: Block, shown: list[tuple[str, str]], start: float
) -> None:
    """Its cells, in two halves, and the signs."""
    for y, (plain, label) in enumerate(shown):
        for k in range(len(part.names)):
            for side, form in enumerate((plain, label)):
                if form:
                    _cell(axes, part, form, k, start + k + GAP + side * HALF, y)
            if label:
                sign = int(part.sign.sel(algorithm=label)[k])
                _sign(axes, sign, start + k + GAP + 1.5 * HALF, y)


def _cell(axes: Axes, part: Block, form: str, k: int, x: float, y: float) -> None:
    value = float(part.value.sel(algorithm=form)[k])
    look = {"fc": part.colors(part.norm(value)) if value > 0 else NONE, "lw": 0}
    if part.colors is SHARES:
        look["fc"] = part.colors(part.norm(value))
    if np.isnan(value):
        look["fc"] = FOREIGN
    if not bool(part.served.sel(algorithm=form)[k]):
        look = {"fc": "white", "ec": UNSERVED, "lw": 0, "hatch": "//////"}
    axes.add_patch(Rectangle((x, y - 0.44), HALF, 0.88, **look))


def _sign(axes: Axes, sign: int, x: float, y: float) -> None:
    if sign:
        axes.plot(
            x, y, MARKS[sign], color=COLORS[sign], mec="white", mew=0.8, ms=6, zorder=4
        )


def _frame(
    axes: Axes,
    parts: list[Block],
    starts: list[float],
    shown: list[tuple[str, str]],
    width: float,
) -> None:
    """Names of rows, of columns and of blocks."""
    axes.set(xlim=(-0.1, width + 1.6), ylim=(len(shown) - 0.4, -0.6))
    axes.set_yticks(range(len(shown)), [name(plain) for plain, _ in shown])
    at = [s + k + 0.5 for p, s in zip(parts, starts, strict=True)
          for k in range(len(p.names))]  # fmt: skip
    named = [n for p in parts for n in p.names]
    axes.xaxis.tick_top()
    axes.set_xticks(at, named, rotation=45, ha="left", rotation_mode="anchor")
    axes.tick_params(length=0, pad=2)
    axes.spines[:].set_visible(False)
    for part, start in zip(parts, starts, strict=True):
        axes.text(
            start + len(part.names) / 2, len(shown) - 0.3, part.words, ha="center",
            va="top",
        )  # fmt: skip


def _totals(
    axes: Axes, parts: list[Block], shown: list[tuple[str, str]], width: float
) -> None:
    """How often Stable helps and hurts a method."""
    for y, (_, label) in enumerate(shown):
        if not label:
            continue
        signs = np.concatenate([p.sign.sel(algorithm=label).values for p in parts])
        for k, sign in enumerate(MARKS):
            count = int((signs == sign).sum())
            axes.text(
                width + 0.6 + 0.8 * k, y, f"{count}" if count else "·", ha="center",
                va="center", color=COLORS[sign], size="small",
            )  # fmt: skip
    for k, sign in enumerate(MARKS):
        axes.plot(width + 0.6 + 0.8 * k, -0.85, MARKS[sign], color=COLORS[sign],
                  ms=5, clip_on=False)  # fmt: skip


def _legend() -> list:
    signs = {1: "larger with Stable", -1: "smaller with Stable"}
    return [
        *(Line2D([], [], ls="", marker=MARKS[s], color=COLORS[s], ms=6, label=w)
          for s, w in signs.items()),
        Patch(fc=NONE, label="no rate at all"),
        Patch(fc="white", ec=UNSERVED, lw=0, hatch="//////", label="cannot run there"),
        Patch(fc=FOREIGN, label="rate of another unit"),
    ]  # fmt: skip


def _caption() -> str:
    return caption(
        "At the middle radius. Signs: on saddles by two rates of ten or more; on "
        "convex functions brackets that lie apart by a twentieth; on networks an "
        "interval over seeds, a step of the grid wider, without 1. Convex: the "
        "largest rate that ends at the minimum or in a cycle about it. AdaSAM's "
        "rates are over AMSGrad's."
    )
