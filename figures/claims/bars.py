"""Every claim as a bar of measured over bound: looseness at a glance."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from figures import style

LIMITS = 1e-4, 1e4  # what lies beyond is drawn as an arrow at the edge
GRADES = {
    "T": "proved here",
    "N": "in numbers",
    "A": "read in the source",
    "B": "in its code",
    "C": "second-hand",
    "M": "from memory",
}
SIGNS = {"<=": r"$\leq$", ">=": r"$\geq$", "==": "$=$"}


def draw(rows: list[dict[str, Any]]) -> Figure:
    """Three columns of statements, a bar for each claim, in the verdict's colour."""
    columns = _columns(rows)
    tallest = max(sum(len(row["claims"]) for row in column) for column in columns)
    figure = Figure(figsize=(1.5 * style.WIDTH, 0.7 + 0.17 * tallest))
    axes = np.atleast_1d(figure.subplots(1, len(columns)))
    for one, column in zip(axes, columns, strict=True):
        _column(one, column, tallest)
    figure.legend(
        handles=[
            Patch(color=c, label=w) for w, c in style.JUDGED.items() if w != "failed"
        ],
        loc="outside lower center",
        ncols=4,
    )
    grades = ", ".join(f"{letter} {word}" for letter, word in GRADES.items())
    figure.suptitle(
        "Measured over claimed, every case of every claim (thin) and the one that "
        f"decided (bar)\ngrades: {grades}"
    )
    return figure


def _columns(rows: list[dict]) -> list[list[dict]]:
    """The rows in up to three columns of about as many claims; none is cut."""
    sizes = np.array([len(row["claims"]) for row in rows])
    count, middles = min(3, len(rows)), np.cumsum(sizes) - sizes / 2
    place = (count * middles / sizes.sum()).astype(int)
    columns = [
        [r for r, at in zip(rows, place, strict=True) if at == c] for c in (0, 1, 2)
    ]
    return [column for column in columns if column]


def _column(axes: Axes, rows: list[dict], tallest: int) -> None:
    lines = [(row, claim) for row in rows for claim in row["claims"]]
    for row in rows[::2]:  # every other statement on grey
        own = [place for place, (other, _) in enumerate(lines) if other is row]
        axes.axhspan(own[0] - 0.5, own[-1] + 0.5, color="#F2F2F2", lw=0, zorder=0)
    for place, (row, claim) in enumerate(lines):
        _bar(axes, place, row, claim)
    axes.set(xscale="log", xlim=LIMITS, ylim=(tallest - 0.4, -0.6))
    axes.set_yticks(
        range(len(lines)),
        [f"{c['id']} {SIGNS[c['relation']]} {c['grade']}" for _, c in lines],
    )
    axes.tick_params(axis="y", length=0, labelsize=6)
    axes.axvline(1, color=style.THEORY, lw=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("measured / claimed")


def _bar(axes: Axes, place: int, row: dict, claim: dict) -> None:
    color, ratio = style.JUDGED[claim["verdict"]], claim["tightness"]
    if ratio is None:
        axes.text(
            1.3, place, "open: not computed yet", color=color, va="center", size=6
        )
        return
    if claim["verdict"] == "refuted":
        broken = [_of(c) for c in _cases(row, claim) if c["status"] == "violated"]
        ratio = max(broken, key=lambda r: abs(np.log(r)), default=ratio)
    ratios = [_of(case) for case in _cases(row, claim)]
    axes.plot([min(ratios), max(ratios)], [place, place], color=color, lw=0.6)
    axes.plot(ratios, [place] * len(ratios), "|", color=color, ms=4, mew=0.6)
    end = float(np.clip(float(ratio), *LIMITS))
    axes.barh(place, end - 1, left=1, height=0.62, color=color)
    # An equality's bar has no length: a dot says that it was met.
    mark = {LIMITS[0]: "<", LIMITS[1]: ">"}.get(end, "o")
    size = 3 if mark == "o" else 5
    axes.plot(end, place, mark, color=color, ms=size, clip_on=False)


def _cases(row: dict, claim: dict) -> list[dict]:
    cases = (c for c in row["cases"] if c["claim"] == claim["id"])
    return [case for case in cases if not case["outside"]]


def _of(case: dict) -> float:
    """A case's ratio within the limits; a sign or a zero counts as an end."""
    ratio = case["ratio"]
    value = float("nan") if ratio is None else float(ratio)
    return float(np.clip(value if value > 0 else LIMITS[0], *LIMITS))
