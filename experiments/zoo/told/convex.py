"""Up to which learning rates methods converge: the table, and the sentences."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.zoo.answer import listed, scaled
from experiments.zoo.convex import RADII, SCAN
from experiments.zoo.told.layout import (
    BESIDE,
    middle,
    note,
    reasons,
    sections,
    side_by_side,
)
from theory.measured_limits import TARGETS

SAID = {"point": "to the point", "band": "to T5's band"}
NOTES = note(
    "largest learning rate at which all starts were seen to converge, over 1/beta "
    "(AdaSAM, SAM-Polyak: over a unit of their own), in brackets what most of them do "
    "at the least one at which not all can; none: at no rate, in brackets what most do "
    "at 1/beta; >=: at all rates of the scan; rho: "
    f"{RADII[len(RADII) // 2]:g}, where it is a rate over beta; - a method cannot run "
    "there:"
)


def table(dataset: xarray.Dataset) -> str:
    """One row a method with its renormalised form, one column a function."""
    at = middle(dataset, "convex_rho_level")
    names = dataset.function.values.astype(str)
    rows = {}
    for target in TARGETS:
        here = at.sel(target=target)

        def cell(label: str, name: str, here: xarray.Dataset = here) -> str:
            return _cell(here.sel(algorithm=label, function=name))

        rows[SAID[target]] = side_by_side(dataset, names, cell)
    told = ["convex functions", sections((BESIDE, *names), rows), "", NOTES]
    return "\n".join([*told, *reasons(dataset.convex_unserved)])


def _cell(at: xarray.Dataset) -> str:
    """`1.98 (diverged)`."""
    if at.convex_unserved:
        return "-"
    low, high, target = at.range_low.item(), at.range_high.item(), at.target.item()
    if low > 0 and np.isinf(high):
        return f">= {low:.3g}"
    failure = str(at.range_failure.item())
    if failure in [verdict.name.lower() for verdict in TARGETS[target]]:
        failure = "not all"
    return f"{'none' if np.isnan(low) else f'{low:.3g}'} ({failure})"


def answer(dataset: xarray.Dataset) -> str:
    """Of how many methods Stable widens the range, and narrows it."""
    words = [_to(dataset.sel(target=target), target) for target in TARGETS]
    told = "; ".join(filter(None, words)) or "of no method are both ranges decided"
    return f"Convex functions: {told}."


def changes(at: xarray.Dataset, own: str, plain: str) -> xarray.DataArray:
    """1 where Stable's range ends above the plain form's, -1 below, 0 not told apart.

    Ends are told apart where their brackets are. A range ends below the least rate that
    is decided where that one is refuted.

    Args:
        at: the result for one target.
        own: the label of the method with Stable.
        plain: that of the method without.

    Returns:
        `(function, convex_rho_level)`; NaN where a method cannot run, and where the
        brackets overlap since rates above the scan's lowest are undecided in one.
    """
    low, high = at.range_low.fillna(0.0), at.range_high.fillna(SCAN[0])
    found = at.assign(low=low, high=high, known=(low > 0) | (high <= SCAN[0]))
    one, other = (found.sel(algorithm=label, drop=True) for label in (own, plain))
    above, below = one.low > other.high, one.high < other.low
    served = (one.convex_unserved == "") & (other.convex_unserved == "")
    told = served & (above | below | (one.known & other.known))
    return (above.astype(int) - below.astype(int)).where(told)


def _to(at: xarray.Dataset, target: str) -> str:
    """`to the point Stable widens the range of 1 (SAM), narrows ...`."""
    pairs = scaled(at)
    found = {plain: changes(at, own, plain) for own, plain in pairs.items()}
    found = {plain: signs for plain, signs in found.items() if signs.notnull().any()}
    if not found:
        return ""
    kinds = {plain: ((s > 0).any(), (s < 0).any()) for plain, s in found.items()}

    def named(*kind: bool) -> str:
        return listed([plain for plain, here in kinds.items() if here == kind])

    more, less, cells = (
        sum(int(count(signs).sum()) for signs in found.values())
        for count in (lambda s: s > 0, lambda s: s < 0, lambda s: s.notnull())
    )
    left = sum(kind == (False, False) for kind in kinds.values())
    return (
        f"{SAID[target]} Stable widens the range of {named(True, False)}, narrows that "
        f"of {named(False, True)}, does either, by function and radius, for "
        f"{named(True, True)} and leaves that of {left} of {len(found)} methods; it is "
        f"wider in {more} and narrower in {less} of {cells} cells (function, radius)"
    )
