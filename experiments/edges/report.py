"""The table and the answer of `experiments.edge_of_stability`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.edges import leaving
from experiments.text import align
from theory.measured.hovering import (
    between,
    flattening,
    last,
    mean,
    meets_itself,
    over,
    reached,
    trend,
)
from theory.measured.keeping import PLAIN, Kept, kept, pairs

GAMMA = "edge_measured_gamma"
HEAD = (
    "data", "method", "rho", "came to it", "over 2/eta", "over its edge",
    "at its gamma", "over GD's", "trend", "loss", "cos(g,v1)", "in top",
)  # fmt: skip
NOTES = """\
Largest eigenvalue in the last quarter of training; mean over the learning rates, then
  over the seeds, with 95 % intervals by Student's t. A rate at which a seed diverged is
  left out for all seeds.
came to it: runs whose eigenvalue was at or above their edge at any check of the second
  half (the edge that `over its edge` divides by); d: diverged.
its edge: T13's. GD's and USAM's are predictions, of eta and rho alone, wherever g
  points; so is 2/eta for SSAM and SSAM-N if g lies along one curvature.
*: that edge takes a number measured in the run, |g| (SAM), or |g|/|d'| in `at its
  gamma` (SSAM, SSAM-N), and any mode that bounces meets it, at whatever curvature:
  near 1 is no evidence. What is, is the eigenvalue over 2/eta.
over GD's: at the same rate and seed; trend: over its own in the third quarter.
cos(g,v1), in top: of g along the first eigenvector, and within the first two or so.
Eigenvalues: their relative error is at most the residual |Hv - lam v|/lam, and of
  second order in it: 3e-4 at most where it was measured (the first, --tol 0.01)."""
KEPT_HEAD = (
    "data", "method", "rho", "keeps", "by rate", "rates", "loss over GD's",
    "at equal loss", "by rate", "rates",
)  # fmt: skip
KEPT_NOTES = """\
How much a renormalised method keeps of the flattening beyond GD of the one it
  renormalises, after equal steps; by rate: where it keeps least and most. A rate at
  which a run of the two or of GD diverged is left out for both and all seeds.
at equal loss: against both where theirs first came down to its last loss."""


def table(dataset: xarray.Dataset) -> str:
    """One row a method and radius, what is kept, then the late switches."""
    rows, shares = [HEAD], [KEPT_HEAD]
    for data in dataset.data.values:
        part = dataset.sel(data=data)
        for name in part.algorithm.values:
            rows += [_row(part, data, name, level) for level in _levels(part, name)]
        for name in pairs(part):
            shares += [_kept_row(part, data, name, *at) for at in _radii(part, name)]
    text = [align(rows), NOTES]
    if shares[1:]:
        text += [align(shares), KEPT_NOTES]
    if "late_sharpness" in dataset:
        text += [leaving.table(dataset), leaving.NOTES]
    return "\n\n".join(text)


def _levels(part: xarray.Dataset, name: str) -> range:
    return range(int(part.rho.sel(algorithm=name).notnull().sum()))


def _row(part: xarray.Dataset, data: str, name: str, level: int) -> tuple[str, ...]:
    own = part.sel(algorithm=name).isel(rho_level=level)
    flat = "-"
    if "GD" in part.algorithm:
        flat = str(mean(flattening(part).sel(algorithm=name).isel(rho_level=level)))
    return (
        data,
        name,
        f"{float(own.rho):.3g}",
        _came(own) + _mark(name, "edge"),
        str(mean(over(own, "gd"))),
        f"{mean(over(own, 'edge'))}{_mark(name, 'edge')}",
        f"{mean(over(own, GAMMA))}{_mark(name, GAMMA)}" if name in PLAIN else "-",
        flat,
        str(mean(trend(own))),
        *(str(mean(last(own[what]))) for what in ("loss", "cos_g_v1", "cos_g_top")),
    )


def _mark(name: str, edge: str) -> str:
    return "*" if meets_itself(name, edge) else ""


def _came(own: xarray.Dataset, words: str = "", lost: str = "d") -> str:
    """`14 of 15`, and how many diverged."""
    left = int((own.diverged >= 0).sum())
    count = f"{int(reached(own).sum())} of {own.diverged.size}{words}"
    return f"{count}, {left} {lost}" if left else count


def _kept_row(
    part: xarray.Dataset, data: str, name: str, level: int, rho: float
) -> tuple[str, ...]:
    steps, loss = _both(part, name, level)
    of = part.sizes["eta_level"]
    return (
        data, f"{name} of {PLAIN[name]}", f"{rho:.3g}",
        str(steps.share), _span(steps), f"{steps.rates} of {of}", str(steps.loss),
        str(loss.share), _span(loss), f"{loss.rates} of {of}",
    )  # fmt: skip


def _span(found: Kept) -> str:
    return f"{found.low:.2f} to {found.high:.2f}" if found.rates else "-"


def answer(dataset: xarray.Dataset) -> str:
    """The answer in a few sentences a data set, every number out of the data."""
    return "\n".join(_answer(dataset.sel(data=name)) for name in dataset.data.values)


def _answer(part: xarray.Dataset) -> str:
    words = [_clause(part, name) for name in part.algorithm.values]
    text = f"{part.data.item()}: the largest eigenvalue settles {'; '.join(words)}."
    text += "".join(_kept_words(part, name) for name in pairs(part))
    if "late_sharpness" in part and part.late_eta.notnull():
        text += leaving.words(part)
    worst = float(np.nanmax(part.residual.isel(top=0)))
    return (
        f"{text} (Ranges are over rates and radii. Eigenvalues: known to "
        f"{100 * worst:.2g} % by the largest residual; in it the error is of second "
        "order.)"
    )


def _clause(part: xarray.Dataset, name: str) -> str:
    own = part.sel(algorithm=name).isel(rho_level=slice(len(_levels(part, name))))
    words = f"under {name} {_beside(*between(over(own, 'edge')))} its edge"
    if meets_itself(name, "edge"):
        words += " at the measured |g|, which any mode that bounces meets,"
    if name != "GD" and name not in PLAIN:
        words += " at {:.2f} to {:.2f} of 2/eta".format(*between(over(own, "gd")))
    return f"{words} ({_came(own, ' runs came to it', 'diverged')})"


def _beside(low: float, high: float) -> str:
    """`2 to 5 % above`, or `0.83 to 1.03 times` where it is not above throughout."""
    if low >= 1:
        return f"{100 * (low - 1):.1f} to {100 * (high - 1):.1f} % above"
    return f"at {low:.2f} to {high:.2f} times"


def _kept_words(part: xarray.Dataset, name: str) -> str:
    """By radius: the share that is kept, and at what loss."""
    at = [(rho, *_both(part, name, level)) for level, rho in _radii(part, name)]
    steps = [
        f"{s.share} (rho {rho:.3g}, loss {s.loss.value:.2f} of GD's)"
        for rho, s, _ in at
    ]
    loss = [str(found.share) for *_, found in at]
    return (
        f" Of {PLAIN[name]}'s flattening beyond GD {name} keeps {', '.join(steps)} "
        f"after equal steps; {', '.join(loss)} at equal loss."
    )


def _both(part: xarray.Dataset, name: str, level: int) -> tuple[Kept, Kept]:
    return kept(part, name, level, "steps"), kept(part, name, level, "loss")


def _radii(part: xarray.Dataset, name: str) -> list[tuple[int, float]]:
    rho = part.rho.sel(algorithm=name).values
    return [(level, float(rho[level])) for level in _levels(part, name)]
