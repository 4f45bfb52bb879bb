"""What a cell of a regime map says, in a sentence; and what its colours mean."""

from __future__ import annotations

import xarray

from figures import style
from figures.interactive import controls
from figures.regimes import maps, outcomes
from theory.verdict import Verdict

AXES = maps.UNITS.replace("$L$", "<i>L</i>").replace(r"$\ell$", "&ell;")


def sentence(
    level: xarray.Dataset, eta: float, rho: float, steps: int, pinned: bool
) -> str:
    """What a cell's starts do, by the saved result.

    Args:
        level: the cell.
        eta: its learning rate.
        rho: its radius.
        steps: of the runs that are drawn.
        pinned: whether the cell is kept.
    """
    share = level.share.values
    told = [
        f"{100 * share[v]:.0f}&nbsp;%: {style.REGIMES[v][1]}"
        for v in sorted(Verdict, key=lambda v: -share[v])
        if share[v] > 0
    ]
    own = style.REGIMES[Verdict(int(level["first"]))][1] if "first" in level else ""
    radius = f", &rho; = {rho:.3g}" if rho else ""
    return (
        f"<b>&eta; = {eta:.4g}{radius}</b>: of {int(level.starts)} starts, "
        f"{', '.join(told)} (within {int(level.steps)} steps). The landscape's own "
        f"start, drawn thick, {own}. "
        f"Drawn: {steps} steps{', pinned' * pinned}."
    )


def legend(dataset: xarray.Dataset) -> str:
    """A square a verdict that occurs, with its words, as HTML."""
    codes = outcomes.frequent(outcomes.plurality(dataset.share).values)
    return " &nbsp; ".join(
        controls.swatch(style.VERDICTS[v][0], words)
        for v, (_, words) in style.REGIMES.items()
        if v in codes
    )
