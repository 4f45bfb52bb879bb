"""Every claim as a bar of measured over bound: looseness at a glance."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from figures import style

LIMITS = 1e-4, 1e4  # what lies beyond is drawn as an arrow at the edge
SIGNS = {"<=": r"$\leq$", ">=": r"$\geq$", "==": "$=$"}


def draw(rows: list[dict[str, Any]]) -> Figure:
    """Three columns of statements, a bar for each claim, in the verdict's colour."""
    lines = [(row, claim) for row in rows for claim in row["claims"]]
    columns = np.array_split(np.arange(len(lines)), min(3, len(lines)))
    tallest = max(map(len, columns))
    figure = Figure(figsize=(1.5 * style.WIDTH, 0.5 + 0.17 * tallest))
    for axes, chosen in zip(
        np.atleast_1d(figure.subplots(1, len(columns))), columns, strict=True
    ):
        _column(axes, [lines[i] for i in chosen], tallest)
    figure.legend(
        handles=[
            Patch(color=c, label=w) for w, c in style.JUDGED.items() if w != "failed"
        ],
        loc="outside lower center",
        ncols=4,
    )
    figure.suptitle(
        "Measured over claimed, every case of every claim (thin) and the one that "
        "decided (bar)"
    )
    return figure


def _column(axes: Axes, lines: list[tuple[dict, dict]], tallest: int) -> None:
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
    axes.plot(end, place, "o", color=color, ms=2.5)


def _cases(row: dict, claim: dict) -> list[dict]:
    cases = (c for c in row["cases"] if c["claim"] == claim["id"])
    return [case for case in cases if not case["outside"]]


def _of(case: dict) -> float:
    """A case's ratio within the limits; a sign or a zero counts as an end."""
    ratio = case["ratio"]
    value = float("nan") if ratio is None else float(ratio)
    return float(np.clip(value if value > 0 else LIMITS[0], *LIMITS))
