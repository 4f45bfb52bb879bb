"""The tables of `experiments.network_saddles`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.saddles.answer import answer
from experiments.networks.saddles.counted import (
    as_quadratic,
    as_told,
    interval,
    words,
)
from experiments.text import align, percent

__all__ = ["answer", "table"]

PLACES = (
    "data", "saddle", "P", "index", "told", "flat", "told", "lam_min", "lam_max", "m",
)  # fmt: skip
FATES = (
    "saddle", "method", "runs", "escaped", "thrown", "held", "undecided", "steps / GD",
    "as told", "as the quadratic",
)  # fmt: skip
TRAINED = (
    "start", "method", "rho", "runs", "stalled", "settled", "plateau",
    "index", "loss",
)  # fmt: skip
DREAMT = ("data", "rho", "|d| / |g|", "warm", "hallucinated", "warm", "vanished")
NOTES = """\
escaped, thrown: left the ball below, above the saddle; held: stayed in its band or as
  near as it was, nothing doubling; undecided: stayed, and is none of these.
steps / GD: median over cells of the median steps to leave over GD's at that rate.
as told: cells in which the share that stays has an interval that meets T6 to T9's
  bounds, of those where these speak (at most 0.95 apart).
as the quadratic: cells whose share that stays is within 1/4 of that of the quadratic
  with the Hessian's eigenvalues, from the same starts.
stalled, settled: the mean loss of the last quarter of the steps is within 0.5 % of that
  of the quarter before, with and without eigenvalues below -0.01 lam_max; plateau: such
  eigenvalues and a loss above 0.9 of the best constant output's, not learnt yet. Slow
  steps and a mini-batch's noise do this, too: compare with GD. index, loss: medians.
hallucinated: |d| < 0.1 |g| and a lower loss at the ascent point; vanished: the first
  alone. |d| / |g|: the median at the end. Intervals: Wilson, 95 %; runs that share
  a start, a seed or a saddle are counted as if they did not."""


def table(dataset: xarray.Dataset) -> str:
    """The saddles, the runs around them, training, and SAM's ascent points."""
    parts = [_places(dataset), _fates(dataset), _trained(dataset), _dreamt(dataset)]
    return "\n\n".join([*(align(rows) for rows in parts), NOTES])


def _places(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = [PLACES]
    counts = "parameters", "index", "index_predicted", "nullity", "nullity_predicted"
    for data in dataset.data.values:
        for name in dataset.saddle.values:
            at = dataset.sel(data=data, saddle=name)
            whole = (str(int(at[key])) for key in counts)
            sizes = (f"{float(at[key]):.3g}" for key in ("lam_min", "lam_max", "m"))
            rows.append((data, name, *whole, *sizes))
    return rows


def _fates(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = [FATES]
    for name in dataset.saddle.values:
        for method in dataset.algorithm.values:
            part = dataset.sel(saddle=name, algorithm=method)
            shares = (
                _percent(part[key])
                for key in ("escaped", "thrown", "held", "undecided")
            )
            runs = str(int(part.held.notnull().sum()) * dataset.attrs["starts"])
            slower = _slower(part, dataset.sel(saddle=name))
            told = _of(*as_told(part)), _of(*as_quadratic(part))
            rows.append((name, method, runs, *shares, slower, *told))
    return rows


def _slower(part: xarray.Dataset, all_methods: xarray.Dataset) -> str:
    """Steps to leave over GD's, where both leave."""
    if "GD" not in all_methods.algorithm:
        return "-"
    gd = all_methods.escape_steps.sel(algorithm="GD").isel(rho_level=0)
    ratio = (part.escape_steps / gd).where(np.isfinite(gd) & (gd > 0))
    ratio = ratio.values[np.isfinite(ratio.values) & (part.escaped.values > 0.5)]
    return f"{np.median(ratio):.2f}" if ratio.size else "-"


def _of(good: int, count: int) -> str:
    return f"{good} of {count}" if count else "-"


def _trained(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = [TRAINED]
    last = dataset.isel(check=-1)
    for scale in dataset["scale"].values:
        for method in dataset.algorithm.values:
            for level in range(dataset.sizes["train_rho_level"]):
                pick = {"algorithm": method, "scale": scale}
                at = last.sel(pick).isel(train_rho_level=level)
                if not int(at.runs.sum()):
                    continue
                shares = (
                    interval(at[key] * at.runs, at.runs)
                    for key in ("stalled", "settled", "plateau")
                )
                rho = float(at.train_rho.isel(data=0))
                rows.append((
                    scale, method, "-" if np.isnan(rho) else f"{rho:g}",
                    str(int(at.runs.sum())), *shares,
                    f"{float(at.train_index.sel(threshold=0.01).median()):.0f}",
                    f"{float(at.train_loss.median()):.3f}",
                ))  # fmt: skip
    return rows


def _dreamt(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = [DREAMT]
    ratio = dataset.hallucination_d_norm / dataset.hallucination_g_norm
    for data in dataset.data.values:
        for rho in dataset.hallucination_rho.values:
            at = {"data": data, "hallucination_rho": rho}
            here, sizes = dataset.sel(at), ratio.sel(at)
            median = (
                f"{float(sizes.sel(arm=arm).median()):.3g}" for arm in ("cold", "warm")
            )
            shares = (
                _span(here, key)
                for key in ("hallucinated", "hallucinated_warm", "vanished")
            )
            rows.append((data, f"{rho:.3g}", *median, *shares))
    return rows


def _span(at: xarray.Dataset, key: str) -> str:
    share, low, high = (float(at[f"{key}{end}"]) for end in ("", "_low", "_high"))
    return "-" if np.isnan(share) else words(share, low, high)


def _percent(values: xarray.DataArray) -> str:
    return percent(values.mean())
