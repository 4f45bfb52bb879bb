"""The tables and the answer of `experiments.network_saddles`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.text import align, percent
from theory.share import wilson

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
RATES = ("USAM", "SSAM")  # whose radius is a rate
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


def as_told(part: xarray.Dataset) -> tuple[int, int]:
    """Cells that agree with T6 to T9, and those of which they speak."""
    teeth = part.predicted_high - part.predicted_low < 0.95
    meets = (part.stayed_high >= part.predicted_low - 1e-12) & (
        part.stayed_low <= part.predicted_high + 1e-12
    )
    return int((teeth & meets).sum()), int(teeth.sum())


def as_quadratic(part: xarray.Dataset) -> tuple[int, int]:
    """Cells whose share that stays is about the quadratic's, and all that have one."""
    off = abs(part.stayed - part.quadratic_stayed)
    return int((off <= 0.25).sum()), int(off.notnull().sum())


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
                    _interval(at[key] * at.runs, at.runs)
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
    return "-" if np.isnan(share) else _words(share, low, high)


def _interval(hits: xarray.DataArray, runs: xarray.DataArray, of: int = 1) -> str:
    """A share and its interval, of several: together they hold in 95 %."""
    good, count = round(float(hits.sum())), int(runs.sum())
    return _words(good / count, *wilson(good, count, 1 - 0.05 / of))


def _words(share: float, low: float, high: float) -> str:
    return f"{percent(share)} ({100 * max(low, 0):.1f}-{100 * high:.1f})"


def _percent(values: xarray.DataArray) -> str:
    return percent(values.mean())


def stays(dataset: xarray.Dataset, method: str, cells: xarray.DataArray) -> str:
    """The share of runs that stay in some cells, with its interval."""
    part = dataset.stayed.sel(algorithm=method).where(cells)
    count = int(part.notnull().sum()) * dataset.attrs["starts"]
    good = round(float(part.sum()) * dataset.attrs["starts"])
    return _words(good / count, *wilson(good, count)) if count else "none"


def free(dataset: xarray.Dataset) -> xarray.DataArray:
    """Cells (data, saddle, eta, start) from which GD leaves downwards, all of it."""
    gd = dataset.escaped.sel(algorithm="GD", drop=True).isel(rho_level=0, drop=True)
    return gd == 1


def answer(dataset: xarray.Dataset) -> str:
    """One sentence on known saddles, one on training, one on hallucination."""
    words = []
    if "GD" in dataset.algorithm:
        words.append(_known(dataset))
    words += [_training(dataset), _hallucination(dataset)]
    return "\n".join(words)


def _known(dataset: xarray.Dataset) -> str:
    cells, clauses = free(dataset), []
    for method in _labels(dataset):
        if method != "GD":
            said = (
                f"{stays(dataset, method, cells & part)} {where}"
                for where, part in _kinds(dataset, method).items()
            )
            clauses.append(f"{method} stays in {', '.join(said)}")
    counts = [
        (*as_told(part), *as_quadratic(part))
        for part in (dataset.sel(algorithm=label) for label in _labels(dataset))
    ]
    told, of, same, all_ = np.sum(counts, axis=0)
    count = dataset.sizes["data"] * dataset.sizes["saddle"]
    return (
        f"At {count} known saddles of networks, of the runs whose GD leaves, "
        f"{'; '.join(clauses)}; T6 to T9 hold in {told} of the {of} cells of which "
        f"they speak, the Hessian's quadratic decides {same} of {all_}."
    )


def _kinds(dataset: xarray.Dataset, method: str) -> dict[str, xarray.DataArray]:
    """Cells by what matters: of a length the start, of a rate the trap's edge."""
    steep = dataset.rho.sel(algorithm=method) * -dataset.lam_min
    if method in RATES:
        weak = dataset.rho.sel(algorithm=method) * dataset.m
        return {
            "where rho < 1/max|lam-|": steep < 1,
            "between": (steep >= 1) & ~(weak > 1),
            "where rho > 1/min|lam-|": weak > 1,
        }
    near = dataset.start_level == "near"
    return {"from near": near, "from far": ~near}


def _labels(dataset: xarray.Dataset) -> list[str]:
    return [str(label) for label in dataset.algorithm.values]


def _training(dataset: xarray.Dataset) -> str:
    steps, of = int(dataset.check[-1]), dataset.sizes["train_rho_level"]
    control = "" if "GD" in dataset.algorithm else " (without GD there is no control)"
    stalled, plateau = (_ends(dataset, key) for key in ("stalled", "plateau"))
    return (
        f"In {steps} steps of training, GD's the control{control}, these stall above "
        f"descending curvature: {stalled}; and these have not learnt, their loss about "
        f"a constant output's: {plateau}. Of {of} radii the one with the largest share "
        f"is named, its interval widened for {of} (Bonferroni)."
    )


def _ends(dataset: xarray.Dataset, key: str) -> str:
    """Of every start and method."""
    clauses = []
    for scale in dataset["scale"].values:
        at = dataset.sel(scale=scale)
        ends = ", ".join(f"{label} {most(at, label, key)}" for label in _labels(at))
        clauses.append(f"from a {scale} start {ends}")
    return "; ".join(clauses)


def most(dataset: xarray.Dataset, method: str, key: str) -> str:
    """The largest share over the radii and which it is.

    Its interval is one of as many as there are radii: the largest is not compared with
    GD's as if it alone had been looked at.
    """
    part = dataset.sel(algorithm=method)
    runs = part.runs.sum("data")
    if not int(runs.sum()):
        return "- (none is finite)"
    hits = (part[key] * part.runs).sum("data")
    level = int(np.argmax((hits / runs).where(runs > 0, -1).values))
    at = part.isel(train_rho_level=level)
    rho = float(at.train_rho.isel(data=0))
    where = "" if np.isnan(rho) else f" at rho {rho:g}"
    said = _interval(at[key] * at.runs, at.runs, 1 if np.isnan(rho) else len(runs))
    return f"{said}{where}"


def _hallucination(dataset: xarray.Dataset) -> str:
    known = np.isfinite(dataset.hallucination_d_norm).sum()
    per_arm = int(known) // dataset.sizes["arm"]
    shares = (
        float((dataset[key] / dataset.sizes["data"]).sum("data").mean())
        for key in ("hallucinated", "hallucinated_warm")
    )
    cold, warm = (_words(s, *wilson(round(s * per_arm), per_arm)) for s in shares)
    low, high = (float(dataset.hallucination_rho[i]) for i in (0, -1))
    return (
        f"At radii from {low:g} to {high:g} SAM ends at a hallucinated minimiser in "
        f"{cold} of {per_arm} runs, and in {warm} after a warm start by GD."
    )
