"""The sentences of `experiments.stability`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.stable.counted import WORDS, nearest, signs, sum_of
from theory.measured import stability as told


def answer(found: xarray.Dataset) -> str:
    """Sentences, every number out of the data."""
    judged = {key: told.judged(found, key) for key in WORDS}
    count = sum_of(judged)
    parts = ["How far do runs part when one sample is replaced?"]
    if count["within"]:
        factor, where = nearest(judged)
        parts.append(
            f"No farther than their bounds: of {count['within']} cases within a "
            f"bound's assumptions {count['below']} lie clearly below it, "
            f"{count['open']} hold it in their interval, {count['above']} lie above; "
            f"the nearest comes within a factor {factor:.3g} ({where}); "
            f"{count['vacuous']} bounds are vacuous."
            if not count["above"]
            else f"{count['above']} of {count['within']} cases lie ABOVE their bound."
        )
    grown = found.sel(problem=found.model.isin(told.GROWN))
    if grown.sizes["problem"]:
        parts.append(
            f"For networks no bound is known within its assumptions: {_growing(grown)}."
        )
    if "GD" in found.algorithm.values and found.sizes["algorithm"] > 1:
        parts.append(f"Beside SGD at the same eta: {_beside(found)}.")
    if "stairs" in found:
        parts.append(_stairs(found))
    return " ".join(parts)


def _growing(part: xarray.Dataset) -> str:
    """What a bound of smooth losses would be for networks, whose beta is not known."""
    over = told.last(part, part.distance_bound / part.trivial_bound)
    over = over.max(["problem", "batch", "algorithm", "rho_level"])
    with np.errstate(all="ignore"):
        powers = np.log10(over.values)
    told_of = zip(powers, over.eta_level.values, strict=True)
    words = (f"10^{power:.1f} at eta {eta:g}" for power, eta in told_of)
    return (
        "their beta is not known; with that at the start L11's is, over the trivial "
        f"one, {', '.join(words)}"
    )


def _beside(found: xarray.Dataset) -> str:
    """Each method's cells."""
    beside, words = told.against(found), []
    for label in found.algorithm.values:
        if label == "GD":
            continue
        cell = beside.sel(algorithm=label)
        count, total = signs(cell), int(cell.ratio.notnull().sum())
        words.append(
            f"{label} parts farther in {count['less']}, less far in {count['more']}, "
            f"as far to rounding in {count['same']} of {total} cells, by a factor "
            f"{float(cell.ratio.min()):.3g} to {float(cell.ratio.max()):.3g}"
        )
    return "; ".join(words)


def _stairs(found: xarray.Dataset) -> str:
    """Who parts on L10's construction."""
    end = found.stairs.isel(stair_step=-1)
    over = (end / found.stairs_lower.isel(stair_step=-1)).mean("stair_rho")
    words = ", ".join(
        f"{'SGD' if name == 'GD' else name} {float(over.sel(stair_method=name)):.3g}"
        for name in found.stair_method.values.tolist()
    )
    return (
        "On L10's construction the squared distance is, over the lower bound "
        f"eta^2 beta^2 rho^2 T: {words}."
    )
