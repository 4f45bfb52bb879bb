"""The table and the sentences of `experiments.excess_risk`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray

from experiments.networks.answer import said
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
    return f"{align(rows, left=1)}\n\n{notes}"


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


def answer(dataset: xarray.Dataset) -> str:
    """One sentence, and those that say on what it rests."""
    if not headline(dataset):
        return "No two methods stand here that are compared."
    attrs, told = dataset.attrs, [_consistently(dataset)]
    names = dataset.pair.values.astype(str)
    told.append(f"Excess risk at the own best, chosen on validation data, is "
                f"{'; '.join(_better(dataset, name) for name in names)}.")  # fmt: skip
    told.append(_equal(dataset))
    told += [_wide(dataset), _identical(dataset), _edges(dataset)]
    told.append(
        f"{attrs['cases']} cases of data, n and batch; {attrs['statistic']}; "
        f"{attrs['multiplicity']}; {attrs['spread']}; {attrs['budget']}."
    )
    return " ".join(filter(None, told))


def _consistently(dataset: xarray.Dataset) -> str:
    """P5, of SSAM and SAM if they are here."""
    one, two = headline(dataset)
    here = dataset.sel(pair=pair(one, two))
    counts = [_counts(here.sel(judge=j, horizon="last")) for j in dataset.judge.values]
    better, worse, cases = counts[0][0], counts[0][1], dataset.attrs["cases"]
    word = "Yes" if better == cases else "No" if worse else "Not that it shows"
    (b, w, s), (hb, hw, hs) = (c[:3] for c in counts)
    return (
        f"Does {said(one)} consistently perform better than {said(two)}? {word}: of "
        f"{cases} cases its excess risk is clearly lower in {b}, higher in {w}, the "
        f"same in {s}; with hyperparameters chosen in hindsight in {hb}, {hw} and {hs}."
    )


def _counts(here: xarray.Dataset, kind: str = "gain") -> tuple[int, int, int, int]:
    """How often better, worse, exactly the same, and of how many."""
    signs = sign(here, kind)
    return tuple(
        int(v.sum()) for v in (signs > 0, signs < 0, same(here, kind), signs.notnull())
    )


def _better(dataset: xarray.Dataset, name: str) -> str:
    """`SSAM − SAM: lower in 3, higher in 4 of 60 (median gain 1 %)`."""
    here = dataset.sel(pair=name, judge="validation", horizon="last")
    better, worse, _, of = _counts(here)
    return (
        f"{_said(name)}: lower in {better}, higher in {worse} of {of} (median gain "
        f"{percent(here.gain.median())}, {percent(here.gain.min())} to "
        f"{percent(here.gain.max())})"
    )


def _said(name: str) -> str:
    return pair(*(said(label) for label in name.split(pair("", ""))))


def _equal(dataset: xarray.Dataset) -> str:
    parts = []
    for name in dataset.pair.values:
        better, worse, _, of = _counts(dataset.sel(pair=name), "equal_gain")
        parts.append(f"{_said(name)} {percent(better / max(of, 1), 0)} and "
                     f"{percent(worse / max(of, 1), 0)}")  # fmt: skip
    return (
        "At equal learning rate and level of the radius, where neither diverges, it is "
        f"lower and higher in: {', '.join(parts)}."
    )


def _wide(dataset: xarray.Dataset) -> str:
    parts = []
    for name in dataset.pair.values:
        here = dataset.sel(pair=name)
        best, all_ = here.sel(radius=BEST), here.drop_sel(radius=BEST)
        more, less, _, of = _counts(all_, "wider")
        wide, narrow, _, cases = _counts(best, "wider")
        mean = float(np.exp(np.log(all_.wider).mean()))
        parts.append(
            f"{_said(name)} {mean:.2f} times as wide radius by radius (clearly wider "
            f"in {more}, narrower in {less} of {of}), each at its best radius in "
            f"{wide} and {narrow} of {cases}"
        )
    return f"The range of good learning rates (within {_near()}): {'; '.join(parts)}."


def _identical(dataset: xarray.Dataset) -> str:
    """T16: without ridge and one sample a step SSAM is SGD."""
    known = {"SSAM", "SSAM-N"} & set(dataset.algorithm.values)
    plain = [t for t in dataset.task.values if t.split()[-1] == "plain"]
    if not known or not plain or "1" not in dataset.batch.values:
        return ""
    far = dataset.from_sgd.sel(algorithm=sorted(known), task=plain, batch="1")
    if far.isnull().all():
        return ""
    return (
        f"With one sample a step and no ridge {' and '.join(sorted(known))} are SGD, "
        f"as T16 says: their points differ by {float(far.max()):.1g} of their length "
        "at most."
    )


def _edges(dataset: xarray.Dataset) -> str:
    """How often the best lies at the grid's edge."""
    eta = dataset.chosen_eta.sel(judge="hindsight", horizon="last")
    known = eta.notnull()
    top, low = (float((eta == end).sum() / known.sum()) for end in
                (dataset.eta.max(), dataset.eta.min()))  # fmt: skip
    return (
        f"The best learning rate is the grid's largest in {percent(top)} and its "
        f"least in {percent(low)} of the choices in hindsight."
    )
