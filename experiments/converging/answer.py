"""Who is faster at its best, and what stays: sentences out of the numbers."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.converging.answer_noise import on_batches, when_skewed
from theory.measured.convergence import compared, counts, kappa_slope, sooner

RIVALS = ("GD", "USAM", "SAM", "SSAM-N")


def answer(dataset: xarray.Dataset) -> str:
    """Sentences, every number out of the data."""
    parts = (
        _faster(dataset),
        _equal(dataset),
        _largest(dataset),
        _kappa(dataset),
        _bounds(dataset),
        _floor(dataset),
        on_batches(dataset),
        when_skewed(dataset),
    )
    return " ".join(filter(None, parts))


def _labels(dataset: xarray.Dataset) -> list[str]:
    return dataset.algorithm.values.astype(str).tolist()


def _faster(dataset: xarray.Dataset) -> str:
    """In how many cells SSAM at its best is faster."""
    if "SSAM" not in _labels(dataset):
        return ""
    words = []
    for other in RIVALS:
        if other not in _labels(dataset):
            continue
        if other == "SAM":
            ratio, how = sooner(dataset, "SSAM", other, 0), " to 1 % of f - f*"
        else:
            ratio, how = compared(dataset, "SSAM", other), ""
        more, less, same = counts(ratio)
        known = ratio.values[np.isfinite(ratio.values)]
        span = f" (median {np.median(known):.3g} times as fast)" if known.size else ""
        words.append(
            f"faster{how} than {other} in {more}, slower in {less}, alike in {same}"
            f"{span}"
        )
    cells = dataset.sizes["problem"] * dataset.sizes["rho_level"]
    return (
        f"Each at its best learning rate, SSAM is, of {cells} pairs of problem and "
        f"radius: {'; '.join(words)}."
    )


def _equal(dataset: xarray.Dataset) -> str:
    """At equal learning rates, where both converge."""
    words = []
    if "SSAM" not in _labels(dataset):
        return ""
    log = -np.log(dataset.rate.where(dataset.rate < 1))
    for other in ("GD", "USAM"):
        if other in _labels(dataset):
            one, two = (log.sel(algorithm=a, drop=True) for a in ("SSAM", other))
            more, less, same = counts(one / two)
            words.append(f"than {other} in {more}, slower in {less}, alike in {same}")
    return f"At equal learning rates it is faster {'; '.join(words)}." if words else ""


def _largest(dataset: xarray.Dataset) -> str:
    """On quadratics, where it is known."""
    at = dataset.isel(problem=np.flatnonzero(dataset.kind == "quadratic"))
    words = []
    for label in _labels(dataset):
        found = at.largest_eta.sel(algorithm=label).values
        found = found[np.isfinite(found)]
        if found.size:
            words.append(f"{label} {found.min():.3g} to {found.max():.3g}")
    if not words:
        return ""
    return (
        "The largest learning rate that converges on a quadratic, over 1/beta: "
        f"{', '.join(words)}{_never(dataset)}."
    )


def _never(dataset: xarray.Dataset) -> str:
    return ", SAM none" if "SAM" in _labels(dataset) else ""


def _kappa(dataset: xarray.Dataset) -> str:
    words, level = [], (dataset.sizes["rho_level"] - 1) // 2
    for label in _labels(dataset):
        found = kappa_slope(dataset, label, level)
        if np.isfinite(found.value):
            ends = f"{found.low:.3f} to {found.high:.3f}"
            words.append(f"{label} {found.value:.3f} ({ends})")
    if not words:
        return ""
    return f"Steps at the best rate grow like kappa to the power: {', '.join(words)}."


def _bounds(dataset: xarray.Dataset) -> str:
    """Whether a step exceeded the worst case of its class."""
    ratio = (dataset.contraction / dataset.worst).values
    ratio = ratio[np.isfinite(ratio)]
    if not ratio.size:
        return ""
    above = int((ratio > 1 + 1e-6).sum())
    return (
        f"Of {ratio.size} largest factors of a step {above} exceed the worst case of "
        f"the class; the nearest is {ratio.max():.6f} of it."
    )


def _floor(dataset: xarray.Dataset) -> str:
    if "SAM" not in _labels(dataset):
        return ""
    at = dataset.sel(algorithm="SAM")
    ratio = at.sam_ratio.values[np.isfinite(at.sam_ratio.values)]
    if not ratio.size:
        return ""
    return (
        f"SAM's f stays below T10's bound in {int((ratio <= 1 + 1e-9).sum())} of "
        f"{ratio.size} runs and comes to {ratio.max():.4f} of it."
    )
