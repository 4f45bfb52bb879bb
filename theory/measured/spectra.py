"""Hessian spectra where training ends, beside one another, for report and ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray
from scipy.special import stdtrit

from theory.interval import Interval
from theory.kept import Unkept
from theory.measured import reading

EXPERIMENT = "hessian_spectra"
MISS = 0.05  # by chance, of a family of intervals together
EQUAL = ("small", "middle", "large")
# In the notes of every row that reads it.
SETTING = (
    "MLPs and a CNN of 547 to 25450 parameters on wine, digits and Fashion-MNIST, five "
    "seeds, each method from the same starts with the same mini-batches. "
)


def dataset() -> xarray.Dataset:
    """The kept result.

    Raises:
        Unkept: there is none.
    """
    return reading.dataset(EXPERIMENT)


def _having(axis: str) -> xarray.Dataset:
    """The kept result, with tasks (`task`) or manifolds of zero loss (`site`)."""
    found = dataset()
    if axis not in found.dims:
        raise Unkept(f"waits for any {axis} in `experiments.{EXPERIMENT}`")
    return found


def compared(
    found: xarray.Dataset,
    task: str,
    method: str,
    other: str,
    cell: str,
    what: str,
    miss: float = MISS,
) -> Interval:
    """A method's number over another's, seed by seed: their geometric mean.

    Args:
        found: a result of `experiments.hessian_spectra`.
        task: its label.
        method: label.
        other: label.
        cell: `own`, `small`, `middle`, `large` or `late`.
        what: a positive variable, as `trace`; `largest` for the first eigenvalue.
        miss: how often the interval may miss, by Student's t over the seeds; NaN where
            a run of one of the two diverged, or nothing was measured.
    """
    one, two = (values(found, task, label, cell, what) for label in (method, other))
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.log(one / two)
    n = len(apart)
    half = stdtrit(n - 1, 1 - miss / 2) * apart.std(ddof=1) / np.sqrt(n)
    ends = apart.mean() + half * np.array([0.0, -1.0, 1.0])
    return Interval(*np.exp(ends))


def values(
    found: xarray.Dataset, task: str, label: str, cell: str, what: str
) -> np.ndarray:
    """A number at the ends, seed by seed."""
    here = found.sel(task=task, algorithm=label, cell=cell)
    if what == "largest":
        return here.eigenvalue.isel(top=0).values.astype(float)
    return here[what].values.astype(float)


def pairs(
    method: str, other: str, kind: str, cells: tuple[str, ...] = EQUAL
) -> Iterator[dict[str, Any]]:
    """Every task and cell in which all seeds of both ended.

    Args:
        method: label.
        other: label.
        kind: of the tasks: `square` or `entropy` with all samples in a step, or
            `batches`.
        cells: which.
    """
    found = _having("task")
    missing = {method, other} - set(found.algorithm.values.astype(str))
    if missing:
        raise Unkept(f"waits for {', '.join(missing)} in `experiments.{EXPERIMENT}`")
    for task in found.task.values.astype(str):
        for cell in cells if _kind(task) == kind else ():
            ends = [
                values(found, str(task), label, cell, "largest")
                for label in (method, other)
            ]
            if np.isfinite(ends).all():
                yield {
                    "task": str(task), "method": method, "other": other, "cell": cell
                }  # fmt: skip


def _kind(task: str) -> str:
    """By the last word of a label; on mini-batches it has three."""
    words = task.split()
    return words[-1] if len(words) > 3 else "batches"


def ratio(what: str, family: int):
    """`measured` of a claim: `compared`, so many intervals together missing 5 %."""

    def measured(task, method, other, cell):
        return compared(dataset(), task, method, other, cell, what, MISS / family)

    return measured


def drifts(
    mode: str, method: str, rho_level: int = 0, levels: int | None = None
) -> Iterator[dict[str, Any]]:
    """Every site and learning rate, a method and radius.

    Args:
        mode: `all` samples in a step, or `one`.
        method: label.
        rho_level: of the small radii.
        levels: so many learning rates, from the smallest; None: all.
    """
    found = _having("site")
    for site in found.site.values.astype(str):
        for level, share in enumerate(found.share.sel(samples=mode).values[:levels]):
            yield {
                "site": str(site), "samples": mode, "method": method,
                "share": float(share), "share_level": level, "rho_level": rho_level,
            }  # fmt: skip


def drift(what: str):
    """`measured` of a claim: every seed's number, as `experiments.spectral.drift`."""

    def measured(site, samples, method, share, share_level, rho_level):
        here = dataset().sel(site=site, samples=samples, algorithm=method)
        return here[what].isel(share_level=share_level, rho_level=rho_level).values

    return measured


def fallen(site: str, samples: str, method: str, what: str) -> np.ndarray:
    """The eigenvalue or trace after the long way over that at its start, `(seeds,)`."""
    here = dataset().sel(site=site, samples=samples, algorithm=method)[what]
    return (here.isel(check=-1) / here.isel(check=0)).values


def far(samples: str, methods: tuple[str, ...], what: str) -> Iterator[dict[str, str]]:
    """Every site, of these methods."""
    found = _having("site")
    for site in found.site.values.astype(str):
        for method in methods:
            yield {
                "site": str(site), "samples": samples, "method": method, "what": what
            }  # fmt: skip
