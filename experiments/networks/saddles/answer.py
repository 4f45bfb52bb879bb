"""The sentences of `experiments.network_saddles`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.saddles.counted import (
    as_quadratic,
    as_told,
    free,
    interval,
    stays,
    words,
)
from theory.share import wilson

RATES = ("USAM", "SSAM")  # whose radius is a rate


def answer(dataset: xarray.Dataset) -> str:
    """One sentence on known saddles, one on training, one on hallucination."""
    said = []
    if "GD" in dataset.algorithm:
        said.append(_known(dataset))
    said += [_training(dataset), _hallucination(dataset)]
    return "\n".join(said)


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
    said = interval(at[key] * at.runs, at.runs, 1 if np.isnan(rho) else len(runs))
    return f"{said}{where}"


def _hallucination(dataset: xarray.Dataset) -> str:
    known = np.isfinite(dataset.hallucination_d_norm).sum()
    per_arm = int(known) // dataset.sizes["arm"]
    shares = (
        float((dataset[key] / dataset.sizes["data"]).sum("data").mean())
        for key in ("hallucinated", "hallucinated_warm")
    )
    cold, warm = (words(s, *wilson(round(s * per_arm), per_arm)) for s in shares)
    low, high = (float(dataset.hallucination_rho[i]) for i in (0, -1))
    return (
        f"At radii from {low:g} to {high:g} SAM ends at a hallucinated minimiser in "
        f"{cold} of {per_arm} runs, and in {warm} after a warm start by GD."
    )
