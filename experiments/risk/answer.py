"""The sentences of `experiments.excess_risk`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import said
from experiments.risk.choosing import JUDGES
from experiments.risk.comparing import pair
from experiments.risk.counted import counts, headline
from experiments.risk.good import BEST
from experiments.text import percent


def answer(dataset: xarray.Dataset) -> str:
    """One sentence, and those that say on what it rests."""
    if not headline(dataset):
        return "No two methods stand here that are compared."
    attrs = dataset.attrs
    told = [_consistently(dataset), _wide(dataset), _identical(dataset)]
    told += [
        _edges(dataset),
        f"Population risk: {attrs['population']}.",
        f"{attrs['cases']} cases of data, n and batch; {attrs['statistic']}; "
        f"{attrs['multiplicity']}; {attrs['spread']}; {attrs['budget']}.",
    ]
    return " ".join(filter(None, told))


def _consistently(dataset: xarray.Dataset) -> str:
    """P5, of SSAM and SAM if they are here."""
    one, two = headline(dataset)
    here = dataset.sel(pair=pair(one, two))
    chosen, after = (here.sel(judge=j, horizon="last") for j in JUDGES)
    (b, w, _, cases), (hb, hw, _, _) = (counts(at) for at in (chosen, after))
    word = "Yes" if b == cases else "No" if w + hw else "Not that it shows"
    return (
        f"Does {said(one)} consistently perform better than {said(two)}? {word}: each "
        f"at its own best, its excess risk is clearly lower in {b} and higher in {w} "
        f"of {cases} cases (median gain {percent(chosen.gain.median())}, "
        f"{percent(chosen.gain.min())} to {percent(chosen.gain.max())}), with "
        f"hyperparameters chosen in hindsight in {hb} and {hw} "
        f"({percent(after.gain.median())}, {percent(after.gain.min())} to "
        f"{percent(after.gain.max())})."
    )


def _wide(dataset: xarray.Dataset) -> str:
    """Whether the range of good learning rates is wider."""
    known = dataset.pair.values
    parts = []
    for names in (("SSAM", "USAM"), ("SSAM-N", "SAM")):
        if pair(*names) in known:
            here = dataset.sel(pair=pair(*names)).drop_sel(radius=BEST)
            mean = float(np.exp(np.log(here.wider).mean()))
            more, less, _, of = counts(here, "wider")
            farther = _farther(dataset, *names)
            parts.append(
                f"{names[0]}'s is {mean:.2f} times {names[1]}'s at the same radius "
                f"(clearly wider in {more}, narrower in {less} of {of}), and its upper "
                f"end {farther:.2f} times as large where both have one"
            )
    one, two = headline(dataset)
    best = dataset.sel(pair=pair(one, two), radius=BEST)
    mean = float(np.exp(np.log(best.wider).mean()))
    more, less, _, of = counts(best, "wider")
    parts.append(
        f"each at its best radius {said(one)}'s is {mean:.2f} times {said(two)}'s "
        f"({more} and {less} of {of})"
    )
    return f"The range of good learning rates: {'; '.join(parts)}."


def _farther(dataset: xarray.Dataset, one: str, two: str) -> float:
    """Upper ends of the good ranges, the geometric mean of their ratios."""
    high = dataset.good_high.drop_sel(radius=BEST)
    ratio = high.sel(algorithm=one) / high.sel(algorithm=two).where(lambda v: v > 0)
    return float(np.exp(np.log(ratio.where(ratio > 0)).mean()))


def _identical(dataset: xarray.Dataset) -> str:
    """T16: without ridge and one sample a step SSAM is SGD."""
    known = sorted({"SSAM", "SSAM-N"} & set(dataset.algorithm.values.astype(str)))
    plain = [t for t in dataset.task.values if t.split()[-1] == "plain"]
    if not known or not plain or "1" not in dataset.batch.values:
        return ""
    far = dataset.from_sgd.sel(algorithm=known, task=plain, batch="1")
    if far.isnull().all():
        return ""
    return (
        f"With one sample a step and no ridge {' and '.join(known)} are SGD, as T16 "
        f"says: their points differ by {float(far.max()):.1g} of their length at most."
    )


def _edges(dataset: xarray.Dataset) -> str:
    """How often the best lies at the grid's edge, which a radius of 0 would be."""
    at = dataset.sel(judge="hindsight", horizon="last")
    known = at.chosen_eta.notnull().sum()
    ends = (dataset.eta[-1], dataset.eta[0])
    top, low = (float(_near_to(at.chosen_eta, end).sum() / known) for end in ends)
    words = [
        f"Chosen in hindsight, the learning rate is the grid's largest in "
        f"{percent(top)} and its least in {percent(low)}"
    ]
    radii = at.rho.isel(rho_level=0).max(["task", "n", "batch"])
    for label in at.algorithm.values.astype(str):
        least = float(radii.sel(algorithm=label))
        if least > 0:
            rho = at.chosen_rho.sel(algorithm=label)
            share = float(_near_to(rho, least).sum() / rho.notnull().sum())
            words.append(f"{said(label)}'s radius the least in {percent(share, 0)}")
    return f"{', '.join(words)}."


def _near_to(values: xarray.DataArray, end: float) -> xarray.DataArray:
    """Up to the precision that choices are kept in."""
    return abs(values / end - 1) < 1e-6
