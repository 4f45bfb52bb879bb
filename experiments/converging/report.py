"""The tables of `experiments.convergence`, and the answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.converging.answer import answer
from experiments.text import align

__all__ = ["answer", "middle", "table"]


def table(dataset: xarray.Dataset) -> str:
    """Best rates, worst cases, floors under noise."""
    parts = (_rates, _bounds, _floors, _slopes)
    return "\n\n".join(filter(None, (part(dataset) for part in parts)))


def middle(dataset: xarray.Dataset) -> int:
    """The radius that is shown."""
    return (dataset.sizes["rho_level"] - 1) // 2


def _rates(dataset: xarray.Dataset) -> str:
    level = middle(dataset)
    labels = dataset.algorithm.values.astype(str)
    rows = [("problem", *labels)]
    for name in dataset.problem.values.astype(str):
        at = dataset.sel(problem=name).isel(rho_level=level)
        rows.append((name, *(_cell(at.sel(algorithm=label)) for label in labels)))
    said = (
        "least factor of the distance per step at the best learning rate (the largest "
        "that converges), over 1/beta, at rho = "
        f"{float(dataset.radius[level]):g} of its unit; -: does not converge, or not "
        "to tell in the steps it had"
    )
    return f"{align(rows, 1)}\n\n{said}"


def _cell(at: xarray.Dataset) -> str:
    rate, largest = float(at.best_rate), float(at.largest_eta)
    end = (
        "none"
        if np.isnan(largest)
        else "all"
        if np.isinf(largest)
        else f"{largest:.3g}"
    )
    told = "-" if np.isnan(rate) else f"{rate:.4f}"
    return f"{told} ({end})"


def _bounds(dataset: xarray.Dataset) -> str:
    """How many cells have a worst case, how many exceed it, the nearest."""
    rows = [("method", "measure", "cells", "above", "nearest")]
    for label in dataset.algorithm.values.astype(str):
        for measure in dataset.measure.values.astype(str):
            at = dataset.sel(algorithm=label, measure=measure)
            ratio = (at.contraction / at.worst).values
            rows += _row(label, measure, ratio)
        rows += _row(label, "f, T10", dataset.sel(algorithm=label).sam_ratio.values)
    rows = [rows[0], *sorted(rows[1:], key=lambda row: row[1])]
    return f"{align(rows, 2)}\n\nlargest factor of a step over the class's worst case"


def _row(label: str, measure: str, ratio: np.ndarray) -> list[tuple[str, ...]]:
    ratio = ratio[np.isfinite(ratio)]
    if not ratio.size:
        return []
    above = int((ratio > 1 + 1e-6).sum())
    return [(label, measure, f"{ratio.size}", f"{above}", f"{ratio.max():.6f}")]


def _floors(dataset: xarray.Dataset) -> str:
    if "noise" not in dataset:
        return ""
    labels = dataset.algorithm.values.astype(str)
    rows = [("mini-batches", "batch", *labels)]
    eta, rho = dataset.noise_eta.values[1], dataset.noise_rho.values[1]
    at = dataset.noise.sel(noise_eta=eta, noise_rho=rho)
    for name in dataset.noisy_problem.values.astype(str):
        for batch in dataset.batch.values:
            here = at.sel(noisy_problem=name, batch=batch)
            cells = (f"{float(here.sel(algorithm=a)):.3g}" for a in labels)
            rows.append((name, f"{batch}", *cells))
    said = f"E f - f* over beta R^2/2 at eta beta = {eta:g}, rho = {rho:g} of its unit"
    return f"{align(rows, 1)}\n\n{said}"


def _slopes(dataset: xarray.Dataset) -> str:
    if "slope" not in dataset:
        return ""
    labels = dataset.algorithm.values.astype(str)
    rows = [("falling steps", "schedule", *labels)]
    for name in dataset.falling_problem.values.astype(str):
        for word in dataset.schedule.values.astype(str):
            at = dataset.sel(falling_problem=name, schedule=word)
            rows.append((name, word, *(_slope(at.sel(algorithm=a)) for a in labels)))
    return f"{align(rows, 2)}\n\nexponent of t in E f - f*, the last two octaves"


def _slope(at: xarray.Dataset) -> str:
    if np.isnan(at.slope):
        return "-"
    half = float(at.slope_high - at.slope_low) / 2
    return f"{float(at.slope):.2f} +- {half:.2f}"
