"""The table of `experiments.excess_risk`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import said
from experiments.risk.answer import answer
from experiments.risk.choosing import JUDGES
from experiments.risk.comparing import pair, sign
from experiments.risk.counted import cases, counts, headline
from experiments.risk.good import BEST, NEAR
from experiments.text import align, percent

__all__ = ["answer", "table"]

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
    better, worse, alike, of = counts(here, kind)
    return f"+{better} -{worse} ={alike} of {of}"
