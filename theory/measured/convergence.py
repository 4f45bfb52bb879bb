"""How fast methods converge, and how near: `experiments.convergence`, read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray
from scipy.special import stdtrit

from theory.interval import Interval
from theory.measured import reading

EXPERIMENT = "convergence"
# In the notes of every row that reads it.
SETTING = (
    "Quadratics of five to eight spectra, ridge, logistic and Huber regression and "
    "least squares of low rank on four data sets, and a log-square; radii .1 to 3 "
    "times 1/beta or the starts' distance. "
)
SAME = 0.02  # relative: two speeds that are not told apart
MISS = 0.05  # by chance, of the interval of a slope


def dataset() -> xarray.Dataset:
    """The kept result."""
    return reading.dataset(EXPERIMENT)


def speed(found: xarray.Dataset, label: str) -> xarray.DataArray:
    """E-foldings of the distance per step at the best rate, `(problem, rho_level)`."""
    return -np.log(found.best_rate.sel(algorithm=label, drop=True))


def compared(found: xarray.Dataset, label: str, other: str) -> xarray.DataArray:
    """One method's speed at its best learning rate over another's, radius by radius."""
    return speed(found, label) / speed(found, other)


def sooner(found: xarray.Dataset, label: str, other: str, level: int) -> Any:
    """How many times as many steps the other takes at its best, to a level of f.

    NaN where neither comes there.
    """
    time = found.best_time.isel(level=level)
    one, two = (time.sel(algorithm=name, drop=True) for name in (label, other))
    return (two / one).where(np.isfinite(one) | np.isfinite(two))


def counts(ratio: xarray.DataArray) -> tuple[int, int, int]:
    """How often a ratio is above 1, below, and neither by more than `SAME`."""
    known = ratio.notnull()
    above, below = ratio > 1 + SAME, ratio < 1 / (1 + SAME)
    return tuple(int(k.sum()) for k in (above, below, known & ~above & ~below))


def kappa_slope(found: xarray.Dataset, label: str, level: int) -> Interval:
    r"""The exponent of $\kappa$ in $1/|\ln r|$, r the best rate, on quadratics.

    A least-squares slope a spectrum, from kappa = 10 on; their mean with Student's
    interval. NaN where fewer than two spectra have two condition numbers.
    """
    here = found.best_rate.sel(algorithm=label).isel(rho_level=level)
    names, slopes = here.problem.values.astype(str), []
    quadratic = (found.kind == "quadratic").values & (found.kappa >= 10).values
    shapes = [n.partition(" kappa ")[0] for n in names]
    for shape in dict.fromkeys(s for s, q in zip(shapes, quadratic, strict=True) if q):
        rows = quadratic & (np.array(shapes) == shape) & np.isfinite(here.values)
        if rows.sum() >= 2:
            x = np.log(found.kappa.values[rows])
            slopes.append(np.polyfit(x, -np.log(-np.log(here.values[rows])), 1)[0])
    if len(slopes) < 2:
        return Interval(np.nan, -np.inf, np.inf)
    n, center = len(slopes), float(np.mean(slopes))
    half = stdtrit(n - 1, 1 - MISS / 2) * np.std(slopes, ddof=1) / n**0.5
    return Interval(center, center - half, center + half)


def contraction(method: str, measure: str) -> np.ndarray:
    """The largest factors of a step, of all cells whose worst case is known."""
    return _bounded(method, measure)[0]


def worst(method: str, measure: str) -> np.ndarray:
    """The class's, of the same cells."""
    return _bounded(method, measure)[1]


def _bounded(method: str, measure: str) -> tuple[np.ndarray, np.ndarray]:
    at = dataset().sel(algorithm=method, measure=measure)
    known = at.worst.notnull().values
    return at.contraction.values[known], at.worst.values[known]


def bounds() -> Iterator[dict[str, str]]:
    """Methods and measures with a worst case."""
    found = dataset()
    for label in found.algorithm.values.astype(str):
        for measure in found.measure.values.astype(str):
            at = found.worst.sel(algorithm=label, measure=measure)
            if at.notnull().any():
                yield {"method": label, "measure": measure}


def sam_ratios() -> np.ndarray:
    """The gap over T10's bound, the largest of a run, of all cells it speaks of."""
    ratio = dataset().sam_ratio.values
    return ratio[np.isfinite(ratio)]


def cycles() -> dict[str, np.ndarray]:
    r"""SAM on quadratics of small kappa, learning rates at which it has settled.

    Returns:
        `end`, the distance over the starts', and `eta` and `rho` over their units.
    """
    at = dataset().sel(algorithm="SAM")
    eta = at.eta.broadcast_like(at.end).values
    few = ((at.kind == "quadratic") & (at.kappa <= 10)).broadcast_like(at.end).values
    here = few & (eta >= 0.7) & (eta <= 1.5)
    rho = at.radius.broadcast_like(at.end).values
    return {"end": at.end.values[here], "eta": eta[here], "rho": rho[here]}


def best(method: str) -> dict[str, np.ndarray]:
    """On quadratics: mu, beta = 1, rho and the best rate seen, `(n,)`.

    Of at most ten eigenvalues: where many are near the least a run settles slowly.
    """
    at = dataset().sel(algorithm=method)
    at = at.isel(problem=np.flatnonzero((at.kind == "quadratic") & (at.dim <= 10)))
    seen = at.best_rate.notnull().values
    mu = (1 / at.kappa).broadcast_like(at.best_rate).values[seen]
    return {"mu": mu, "rho": at.rho.values[seen], "rate": at.best_rate.values[seen]}


def slope(method: str, level: int) -> Interval:
    """`kappa_slope` of the kept result."""
    return kappa_slope(dataset(), method, level)


def ratios(method: str, other: str, kinds: tuple[str, ...]) -> np.ndarray:
    """`compared` of the kept result, on problems of some kinds, `(n,)`."""
    found = dataset()
    rows = np.flatnonzero(np.isin(found.kind.values.astype(str), kinds))
    ratio = compared(found, method, other).isel(problem=rows).values
    return ratio[np.isfinite(ratio)]


def lasting(method: str, level: int) -> Interval:
    """What the floor under skewed noise is above SGD's, at a fourth of the step.

    Args:
        method: label.
        level: of the radius.

    Returns:
        Over what it is at the longest step.
    """
    at = dataset().sel(algorithm=method, skewness="skewed").isel(skew_rho=level)
    short, long = at.isel(skew_eta=-1), at.isel(skew_eta=0)
    return Interval(
        float(short.excess / long.excess),
        float(short.excess_low / long.excess_high),
        float(short.excess_high / long.excess_low),
    )
