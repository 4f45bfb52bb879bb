"""Which methods leave which saddles: the table, and the sentence."""

from __future__ import annotations

import xarray

from experiments.text import align, percent
from experiments.zoo.answer import listed, scaled
from experiments.zoo.lineup import DEAR
from experiments.zoo.saddles import ESCAPES, LENGTHS, RATES
from experiments.zoo.told.layout import BESIDE, middle, note, reasons, side_by_side


def table(dataset: xarray.Dataset) -> str:
    """One row a method with its renormalised form, one column a saddle."""
    at = middle(dataset, "saddle_rho_level")

    def cell(label: str, name: str) -> str:
        here = at.sel(algorithm=label, landscape=name)
        return "-" if here.saddle_unserved else f"{float(here.escape_eta_share):.2f}"

    names = dataset.landscape.values.astype(str)
    rows = side_by_side(dataset, names, cell)
    told = ["saddles", align([(BESIDE, *names), *rows], left=1), ""]
    return "\n".join([*told, _notes(dataset), *reasons(dataset.saddle_unserved)])


def _notes(dataset: xarray.Dataset) -> str:
    length, rate = (grid[len(grid) // 2] for grid in (LENGTHS, RATES))
    dear = " and ".join(kind.__name__ for kind in DEAR)
    return note(
        f"share of {dataset.sizes['saddle_eta_level']} learning rates, in units of 1 / "
        "the largest curvature (AdaSAM, SAM-Polyak: of their own), at which "
        f"{percent(ESCAPES, 0)} of the starts ({dear} have fewer) leave the ball below "
        f"the saddle; rho: {length:g} of the ball's radius or, where it is a rate, "
        f"{rate:g} over the least descent; - a method cannot run there:"
    )


def answer(dataset: xarray.Dataset) -> str:
    """Of how many methods Stable escapes in more cells, and in fewer."""
    pairs = scaled(dataset)
    counts = {plain: _cells(dataset, own, plain) for own, plain in pairs.items()}
    counts = {plain: found for plain, found in counts.items() if found[2]}
    if not counts:
        return ""
    more = [plain for plain, (own, other, _) in counts.items() if own > other]
    fewer = [plain for plain, (own, other, _) in counts.items() if own < other]
    own, other, cells = map(sum, zip(*counts.values(), strict=True))
    return (
        f"Saddles: of {len(counts)} methods, in more cells (learning rate, radius, "
        f"saddle) do {percent(ESCAPES, 0)} of the starts escape with Stable for "
        f"{listed(more)}, in fewer for {listed(fewer)}, in as many for "
        f"{len(counts) - len(more) - len(fewer)}; in all in {own} of {cells} with it, "
        f"in {other} without."
    )


def _cells(dataset: xarray.Dataset, own: str, plain: str) -> tuple[int, int, int]:
    """How many both escape in, and of how many cells in which both can run."""
    escaped = dataset.saddle_escaped
    one, other = (escaped.sel(algorithm=label, drop=True) for label in (own, plain))
    both = one.notnull() & other.notnull()
    leave = [int((both & (each >= ESCAPES)).sum()) for each in (one, other)]
    return (*leave, int(both.sum()))
