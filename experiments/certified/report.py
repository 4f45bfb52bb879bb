"""The table and the sentence of `experiments.certified_regimes`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.text import align, percent

HEAD = (
    "method", "kappa", "measure", "proved", "refuted", "undecided", "over theory",
    "pieces", "dims",
)  # fmt: skip
NOTES = """\
proved, refuted, undecided: shares of the rectangle of eta beta and rho beta. Proved
  holds for all radii; refuted is seen at the ends of the columns and counted between
  two that both are.
over theory: the proved and the refuted rate over the theorem's, at the columns' ends.
pieces: boxes of the proofs, on the mean. dims: of the functions that refute."""


def table(dataset: xarray.Dataset) -> str:
    """One row a method, class and measure."""
    rows = [HEAD]
    for name in dataset.algorithm.values:
        for kappa in dataset.kappa.values:
            for measure in dataset.measure.values:
                part = dataset.sel(algorithm=name, kappa=kappa, measure=measure)
                if part.proved.notnull().any():
                    rows.append(_row(name, kappa, measure, part))
    return align(rows) + "\n\n" + NOTES


def _row(name: str, kappa: str, measure: str, part: xarray.Dataset) -> tuple[str, ...]:
    good, bad = shares(part)
    known = part.theorem > 0
    over = [(part[k] / part.theorem).where(known) for k in ("proved", "refuted")]
    ends = [f"{float(v.median()):.4f}" for v in over] if known.any() else []
    dims = sorted({int(d) for d in part.dim.values if np.isfinite(d)})
    return (
        name,
        kappa,
        measure,
        percent(good, 2),
        percent(bad, 2),
        percent(1 - good - bad, 2),
        " to ".join(ends) or "-",
        f"{float(part.pieces.mean()):.0f}",
        ", ".join(map(str, dims)) or "-",
    )


def shares(part: xarray.Dataset) -> tuple[float, float]:
    """Of the rectangle: proved, and refuted at both ends of a column."""
    width = (part.radius_high - part.radius_low).values
    top = float(part.attrs["rate"])
    proved = np.clip(part.proved.values, 0, top)
    refuted = np.clip(refuted_from(part), 0, top)
    area = width.sum() * top
    return float(width @ proved / area), float(width @ (top - refuted) / area)


def refuted_from(part: xarray.Dataset) -> np.ndarray:
    """The rates that are refuted at both ends of each column."""
    ends = part.refuted.values
    return np.maximum([part.refuted_low.values[0], *ends[:-1]], ends)


def answer(dataset: xarray.Dataset) -> str:
    """The answer in one sentence, every number out of the data."""
    if not {"USAM", "SSAM"} <= set(dataset.algorithm.values):
        return "USAM's and SSAM's ranges were not both asked for."
    words = [
        clause
        for kappa in dataset.kappa.values
        for measure in dataset.measure.values
        if (clause := _clause(dataset, kappa, measure))
    ]
    return f"SSAM's range of learning rates over USAM's: {'; '.join(words)}."


def _clause(dataset: xarray.Dataset, kappa: str, measure: str) -> str:
    """Where SSAM's proved range exceeds all that USAM's can be, and the reverse."""
    part = dataset.sel(kappa=kappa, measure=measure)
    usam, ssam = (part.sel(algorithm=name) for name in ("USAM", "SSAM"))
    if not usam.proved.notnull().any():
        return ""
    # At the columns' ends: what is proved holds there, what is refuted is seen there.
    more = (ssam.proved > usam.refuted).values
    less = (usam.proved > ssam.refuted).values
    total = len(more)
    largest = float((ssam.proved / usam.refuted).where(ssam.proved > 0).max())
    grows = f"larger at {more.sum()} of {total} radii"
    if more.any():
        grows += f" (by {largest:.2f} at most)"
    falls = f", smaller at {less.sum()}" if less.any() else ""
    return f"{measure}, kappa {kappa}: {grows}{falls}"
