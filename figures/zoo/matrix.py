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
from figures.zoo.pairs import COLORS, legend, name, pairs, rows, tasks
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
SHARES = LinearSegmentedColormap.from_list("shares", ["#EFE6CF", "#7FB69A", "#0B5345"])
OVER = LinearSegmentedColormap.from_list(
    "over", ["#7A3E00", "#D9A760", "#F7F4EC", "#8FB6D9", "#1B3F77"]
)
NONE, FOREIGN, UNSERVED = "#222222", "#E4E4E4", "#999999"
HALF, GAP, BETWEEN = 0.46, 0.04, 0.9  # of a column: a form, what parts pairs, blocks
ROW, TALL = 0.175, 0.88  # of rows: inches; how much of one is filled
MARKS = {1: "^", -1: "v"}
SCALE = "largest rate over (S)GD's"
RATE = LogNorm(0.25, 4), OVER, SCALE, (0.25, 0.5, 1, 2, 4)
SETTING = (
    "Left half plain, right half with Stable, at the middle radius. Signs: on saddles "
    "by two rates of ten or more; on convex functions brackets that lie apart by a "
    "twentieth; on networks an interval over seeds, a step of the grid wider, without "
    "1. Convex: the largest rate that ends at the minimum or in a cycle about it. "
    "AdaSAM's rates are over AMSGrad's."
)


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
        scale: what they show.
        ticks: of the scale.
    """

    words: str
    names: list[str]
    value: xarray.DataArray
    served: xarray.DataArray
    sign: xarray.DataArray
    norm: Normalize
    colors: Colormap
    scale: str
    ticks: tuple[float, ...]


def draw(dataset: xarray.Dataset) -> Figure:
    """A row a method, plain at the left of a cell, with Stable at the right."""
    shown, parts = rows(dataset), blocks(dataset)
    figure = Figure(figsize=(style.width(), 2.9 + ROW * len(shown)))
    axes = figure.subplots()
    starts, x = [], 0.0
    for part in parts:
        starts.append(x)
        _block(axes, part, shown, x)
        x += len(part.names) + BETWEEN
    _frame(axes, parts, starts, shown, x - BETWEEN)
    _totals(axes, parts, shown, x - BETWEEN)
    ends = [s + len(p.names) for s, p in zip(starts, parts, strict=True)]
    _bar(axes, parts[0], (starts[0], ends[0]), len(shown))
    _bar(axes, parts[1], (starts[1], ends[-1]), len(shown))
    legend(figure, _legend(), SETTING)
    title(figure, "Where renormalisation helps, hurts, or changes nothing")
    return figure


def _bar(axes: Axes, part: Block, ends: tuple[float, float], count: int) -> None:
    """The scale of colours below the columns that it is of."""
    inside = axes.transLimits.transform  # of the data, in parts of the panel
    (left, bottom), (right, top) = inside(
        [(ends[0], count + 1.45), (ends[1], count + 0.95)]
    )
    place = axes.inset_axes((left, bottom, right - left, top - bottom))
    place.figure.colorbar(
        ScalarMappable(part.norm, part.colors), place, orientation="horizontal",
        label=part.scale, ticks=part.ticks, format="{x:g}",
        extend="both" if part.colors is OVER else "neither", extendfrac=0.025,
    ).minorticks_off()  # fmt: skip


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
    look = Normalize(0, 1), SHARES, "share of rates that escape", (0, 0.5, 1)
    return Block("saddles", _spaced(share), share, served, sign, *look)


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
    return Block("convex functions", _spaced(value), value, served, sign, *RATE)


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
    return Block("networks", tasks(dataset)[0], value, served, sign, *RATE)


def _spaced(values: xarray.DataArray) -> list[str]:
    """Names of columns."""
    names = values.column.values.astype(str)
    return [n.replace("_", " ").replace("-", "\N{MINUS SIGN}") for n in names]


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
        own = values.sel(algorithm=label)
        both = np.isinf(own) & np.isinf(base)  # at all rates, as its base
        ratio = (own / base).where(~both, 1.0)
        # What never converges does so in any unit.
        found.loc[{"algorithm": label}] = ratio.where(own > 0, 0.0)
    return found


def _block(axes: Axes, part: Block, shown: list[tuple[str, str]], start: float) -> None:
    """Its cells, in two halves, and the signs."""
    for y, (plain, label) in enumerate(shown):
        for side, form in enumerate(filter(None, (plain, label))):
            at = {"algorithm": form}
            row = zip(
                part.value.sel(at).values, part.served.sel(at).values, strict=True
            )
            for k, (value, served) in enumerate(row):
                corner = start + k + GAP + side * HALF, y - TALL / 2
                _cell(axes, part, float(value), bool(served), corner)
        if label:
            for k, sign in enumerate(part.sign.sel(algorithm=label).values):
                _sign(axes, int(sign), start + k + GAP + 1.5 * HALF, y)


def _cell(
    axes: Axes, part: Block, value: float, served: bool, corner: tuple[float, float]
) -> None:
    """Half a cell: a colour of the scale, or what is beside it."""
    if not served:
        look = {"fc": "white", "ec": UNSERVED, "hatch": "//////"}
    elif np.isnan(value):
        look = {"fc": FOREIGN}
    elif value == 0 and part.colors is OVER:
        look = {"fc": NONE}
    else:
        look = {"fc": part.colors(part.norm(value))}
    axes.add_patch(Rectangle(corner, HALF, TALL, lw=0, **look))


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
    axes.set(xlim=(-0.1, width + 2.2), ylim=(len(shown) - 0.4, -0.6))
    axes.set_yticks(range(len(shown)), [_named(plain) for plain, _ in shown])
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


def _named(label: str) -> str:
    """GD's own name: on surfaces it has the whole gradient."""
    return "(S)GD" if label == ONE else name(label)


def _totals(
    axes: Axes, parts: list[Block], shown: list[tuple[str, str]], width: float
) -> None:
    """How often Stable helps and hurts a method, and all of them."""
    scaled = [label for _, label in shown if label]
    counts = {sign: [_count(parts, label, sign) for label in scaled] for sign in MARKS}
    middle = {"ha": "center", "va": "center", "size": "small"}
    for k, (sign, found) in enumerate(counts.items()):
        x, color = width + 0.9 + 0.9 * k, COLORS[sign]
        axes.plot(x, -0.95, MARKS[sign], color=color, ms=5, clip_on=False)
        for y, count in enumerate(found):
            axes.text(x, y, f"{count}" if count else "·", color=color, **middle)
        axes.text(x, len(scaled) + 0.15, f"{sum(found)}", color=color, weight="bold",
                  **middle)  # fmt: skip
    axes.plot([width + 0.3, width + 2.1], [len(scaled) - 0.42] * 2, color="#444444",
              lw=0.6)  # fmt: skip


def _count(parts: list[Block], label: str, sign: int) -> int:
    return sum(int((p.sign.sel(algorithm=label) == sign).sum()) for p in parts)


def _legend() -> list:
    signs = {1: "larger with Stable", -1: "smaller with Stable"}
    return [
        *(Line2D([], [], ls="", marker=MARKS[s], color=COLORS[s], ms=6, label=w)
          for s, w in signs.items()),
        Patch(fc=NONE, label="no rate (networks: of a seed)"),
        Patch(fc="white", ec=UNSERVED, lw=0, hatch="//////", label="cannot run there"),
        Patch(fc=FOREIGN, label="rate of another unit"),
    ]  # fmt: skip
