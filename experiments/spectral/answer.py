"""The sentences of `experiments.hessian_spectra`."""

from __future__ import annotations

import numpy as np
import xarray

from theory.measured.spectra import EQUAL, compared

SGD = "GD"


def answer(dataset: xarray.Dataset) -> str:
    """The answer in a few sentences, every number out of the data."""
    words = []
    if "task" in dataset.dims and SGD in dataset.algorithm.values:
        words.append(_flattened(dataset))
    if "site" in dataset.dims:
        words += [_drifted(dataset, mode) for mode in dataset.samples.values]
    return " ".join(filter(None, words)) or "Nothing to compare: give gd and another."


def _flattened(found: xarray.Dataset) -> str:
    told = []
    for label in found.algorithm.values.astype(str):
        if label == SGD:
            continue
        ends = [
            _centre(found, task, label, cell)
            for task in found.task.values.astype(str)
            for cell in EQUAL
        ]
        ends = [value for value in ends if np.isfinite(value)]
        if ends:
            middle = np.exp(np.mean(np.log(ends)))
            told.append(f"{label} {middle:.2f} ({min(ends):.2f} to {max(ends):.2f})")
    if not told:
        return ""
    return (
        "At one learning rate the largest eigenvalue at the end is, of SGD's, "
        f"{', '.join(told)} (geometric means over tasks and radii; least and largest)."
    )


def _centre(found: xarray.Dataset, task: str, label: str, cell: str) -> float:
    return float(compared(found, task, label, SGD, cell, "largest").value)


def _drifted(found: xarray.Dataset, mode: str) -> str:
    what, name = (
        ("the largest eigenvalue", "far_top")
        if mode == "all"
        else ("the trace", "far_trace")
    )
    told = []
    for label in found.algorithm.values.astype(str):
        here = found.sel(algorithm=label, samples=mode)
        told.append(f"{label} {float(far(here[name]).mean()):.2f}")
    words = (
        f"At zero loss, {mode} of the samples in a step, {what} goes on to fall to, "
    )
    words += f"of the start's, {', '.join(told)}"
    if "SAM" not in found.algorithm.values:
        return f"{words}."
    near = found.ratio.sel(algorithm="SAM", samples=mode).isel(rho_level=0).values
    return (
        f"{words}; SAM's drift over the predicted one is {near.min():.4f} to "
        f"{near.max():.4f}."
    )


def far(path: xarray.DataArray) -> np.ndarray:
    """The end of a path over its start."""
    return (path.isel(check=-1) / path.isel(check=0)).values
