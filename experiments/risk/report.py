"""The table and the sentences of `experiments.excess_risk`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray

from experiments.networks.answer import said
from experiments.risk.choosing import JUDGES
from experiments.risk.comparing import pair, same, sign
from experiments.risk.good import BEST, NEAR
from experiments.text import align, percent

NOTES = """\
excess risk F(w_T) - min F at each method's own best learning rate and radius, chosen on
  validation data, after the last step, in thousandths of min F; gap, opt, offset: its
  three parts, of {first}. F is the mean loss on all samples not drawn.
gain: how much lower {one}'s is than {two}'s (* : clearly, by a simultaneous interval).
range: {one}'s range of good learning rates over {two}'s, each at its best radius; good
  is a mean test risk within {near} of the least of all methods."""
PAIRS_HEAD = (
    "first less second", "lower risk", "median", "in hindsight", "median", "stopped",
    "at equal eta", "range", "by radius", "at the best",
)  # fmt: skip
PAIRS_NOTES = """\
+ - = : cases in which the first is clearly better, clearly worse, exactly the same, by
  simultaneous intervals. lower risk: of the excess risk at the own best, chosen on
  validation data; in hindsight: chosen by the other half of the training sets; stopped:
  with the number of steps chosen, too; at equal eta: cell by cell, at equal learning
  rate and level of the radius, where neither diverges. range: ratio of the ranges of
  good rates (within {near}) at the same level of the radius, a geometric mean."""
ORDER = (("SSAM", "SAM"), ("SSAM-N", "SAM"), ("SSAM", "USAM"))


def cases(dataset: xarray.Dataset) -> Iterator[xarray.Dataset]:
    """Every task, n and batch that was run."""
    for task in dataset.task.values:
        for n in dataset.n.values:
            for batch in dataset.batch.values:
                here = dataset.sel(task=task, n=n, batch=batch)
                if not np.isnan(here.eta_unit):
                    yield here


def headline(dataset: xarray.Dataset) -> tuple[str, str] | None:
    """The pair that the table shows."""
    known = dataset.get("pair", xarray.DataArray([])).values
    named = (one for one in ORDER if pair(*one) in known)
    first = next(named, None)
    return first or (tuple(known[0].split(pair("", ""))) if len(known) else None)


def table(dataset: xarray.Dataset) -> str:
    """One row a case."""
    labels, shown = dataset.algorithm.values.astype(str), headline(dataset)
    parts = ("gap", "opt", "offset")
    head = ("data", "n", "batch", *map(said, labels), *parts)
    rows = [(*head, "gain", "range") if shown else head]
    for here in cases(dataset):
        rows.append(_row(here, labels, shown))
    one, two = (said(label) for label in shown or ("", ""))
    notes = NOTES if shown else "\n".join(NOTES.splitlines()[:3])
    notes = notes.format(first=said(labels[0]), one=one, two=two, near=_near())
    told = [align(rows, left=1), notes]
    return "\n\n".join(told + ([_pairs(dataset)] if shown else []))


def _near() -> str:
    return percent(NEAR - 1, 0)


def _row(
    here: xarray.Dataset, labels: np.ndarray, shown: tuple[str, str] | None
) -> tuple[str, ...]:
    at = here.sel(judge="validation", horizon="last")
    unit = 1e3 / float(here.population.mean())
    excess = at.tuned_excess.mean("set")
    cells = [str(here.task.item()), str(here.n.item()), str(here.batch.item())]
    cells += [_number(unit * float(excess.sel(algorithm=label))) for label in labels]
    first = at.sel(algorithm=labels[0])
    parts = (first.tuned_gap, first.tuned_optimisation, here.offset)
    cells += [_number(unit * float(part.mean("set"))) for part in parts]
    if shown:
        compared = at.sel(pair=pair(*shown))
        star = "*" if sign(compared, "gain") != 0 else " "
        cells.append(f"{percent(compared.gain)}{star}")
        wide = here.sel(pair=pair(*shown), radius=BEST)
        star = "*" if sign(wide, "wider") != 0 else " "
        cells.append(f"{float(wide.wider):.2f}{star}")
    return tuple(cells)


def _number(value: float) -> str:
    return f"{value:.3g}"


def _pairs(dataset: xarray.Dataset) -> str:
    """One row a pair of methods."""
    rows = [PAIRS_HEAD]
    for name in dataset.pair.values:
        here = dataset.sel(pair=name)
        chosen, after = (here.sel(judge=j, horizon="last") for j in JUDGES)
        stopped = here.sel(judge="validation", horizon="stopped")
        radii, best = here.drop_sel(radius=BEST), here.sel(radius=BEST)
        ratio = float(np.exp(np.log(radii.wider).mean()))
        rows.append((
            pair(*(said(label) for label in name.split(pair("", "")))),
            _told(chosen, "gain"), percent(chosen.gain.median()),
            _told(after, "gain"), percent(after.gain.median()),
            _told(stopped, "gain"), _told(here, "equal_gain"),
            f"{ratio:.2f}", _told(radii, "wider"), _told(best, "wider"),
        ))  # fmt: skip
    return f"{align(rows, left=1)}\n\n{PAIRS_NOTES.format(near=_near())}"


def _told(here: xarray.Dataset, kind: str) -> str:
    """`+3 -1 =2 of 60`."""
    better, worse, alike, of = _counts(here, kind)
    return f"+{better} -{worse} ={alike} of {of}"


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
    (b, w, _, cases), (hb, hw, _, _) = (_counts(at) for at in (chosen, after))
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


def _counts(here: xarray.Dataset, kind: str = "gain") -> tuple[int, int, int, int]:
    """How often better, worse, exactly the same, and of how many."""
    signs = sign(here, kind)
    return tuple(
        int(v.sum()) for v in (signs > 0, signs < 0, same(here, kind), signs.notnull())
    )


def _wide(dataset: xarray.Dataset) -> str:
    """Whether the range of good learning rates is wider."""
    known = dataset.pair.values
    parts = []
    for names in (("SSAM", "USAM"), ("SSAM-N", "SAM")):
        if pair(*names) in known:
            here = dataset.sel(pair=pair(*names)).drop_sel(radius=BEST)
            mean = float(np.exp(np.log(here.wider).mean()))
            more, less, _, of = _counts(here, "wider")
            farther = _farther(dataset, *names)
            parts.append(
                f"{names[0]}'s is {mean:.2f} times {names[1]}'s at the same radius "
                f"(clearly wider in {more}, narrower in {less} of {of}), and its upper "
                f"end {farther:.2f} times as large where both have one"
            )
    one, two = headline(dataset)
    best = dataset.sel(pair=pair(one, two), radius=BEST)
    mean = float(np.exp(np.log(best.wider).mean()))
    more, less, _, of = _counts(best, "wider")
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
