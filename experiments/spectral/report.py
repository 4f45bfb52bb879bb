"""The table of `experiments.hessian_spectra`, and its answer."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.spectral.answer import SGD, answer, far
from experiments.text import align
from theory.interval import Interval
from theory.measured.spectra import EQUAL, compared, values

__all__ = ["answer", "table"]

DRIFTS = (
    "ratio", "small_ratio", "cosine_top", "cosine_trace", "fall_top", "fall_trace",
)  # fmt: skip
FAR = ("far_top", "far_trace")
HEAD = (
    "task", "method", "cell", "eta", "rho", "loss", "lam_1", "over SGD's", "trace",
    "over SGD's", "eff. rank", "over SGD's", "negative", "cos(g,v1)",
)  # fmt: skip
NOTES = """\
At the end of training, means over the seeds; `over SGD's`: geometric means of the
  ratios seed by seed with 95 % intervals by Student's t, each by itself.
cell: own: each at its own best learning rate and radius (on validation data); small,
  middle, large: radii at one learning rate; late: the middle radius, after GD.
eff. rank: (tr H)^2 / tr H^2; negative: share of negative eigenvalues in sum |lam|."""
DRIFT_HEAD = (
    "zero loss", "samples", "method", "eta", "rho", "drift", "small eta",
    "cos lam_1", "cos trace", "lam_1 falls", "trace falls", "far: lam_1", "far: trace",
)  # fmt: skip
DRIFT_NOTES = """\
Along the manifold of zero loss, least and largest over the seeds. samples: all in a
  step (L19, L20: descent on lam_1) or one (L20: on the trace); eta: times lam_1, or
  times the trace. drift: over SAM's predicted one, with the factor 4/(2 - eta lam)^2 of
  every bounce; small eta: without it; cos: with steepest descent of lam_1, of the
  trace; falls: over those predicted; far: the end of a long way over its start, at
  rho .05."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task, cell and method; then the drifts."""
    text = []
    if "task" in dataset.dims:
        rows = [HEAD]
        for task in dataset.task.values.astype(str):
            rows += [
                _row(dataset, task, label, cell)
                for cell in dataset.cell.values.astype(str)
                for label in dataset.algorithm.values.astype(str)
                if _there(dataset, task, label, cell)
            ]
        text += [align(rows, left=3), NOTES]
    if "site" in dataset.dims:
        rows = [DRIFT_HEAD]
        for site in dataset.site.values.astype(str):
            for mode in dataset.samples.values.astype(str):
                for label in dataset.algorithm.values.astype(str):
                    rows += _drifts(dataset, site, mode, label)
        text += [align(rows, left=3), DRIFT_NOTES]
    return "\n\n".join(text)


def _there(found: xarray.Dataset, task: str, label: str, cell: str) -> bool:
    here = found.sel(task=task, algorithm=label, cell=cell)
    twice = label == SGD and cell in EQUAL[1:]  # it has no radius
    return bool(np.isfinite(here.eta)) and not twice


def _row(found: xarray.Dataset, task: str, label: str, cell: str) -> tuple[str, ...]:
    here = found.sel(task=task, algorithm=label, cell=cell)
    lost = int((here.diverged > 0).sum())
    words = [_name(task, label), f"{float(here.eta):.3g}", f"{float(here.rho):.3g}"]
    words.insert(1, cell + (f" ({lost} diverged)" if lost else ""))
    words.append(f"{_mean(here.train_loss):.2g}")
    for what in ("largest", "trace", "effective_rank"):
        words.append(_centre_of(_values(found, task, label, cell, what)))
        words.append(_over(found, task, label, cell, what))
    words.append(f"{_mean(here.negative_share):.2g}")
    words.append(f"{_mean(here.cos_g_v1):.2f}")
    return (task, *words)


def _name(task: str, label: str) -> str:
    return "SGD" if label == SGD and len(task.split()) == 3 else label


def _mean(values: xarray.DataArray) -> float:
    return float(values.mean())


def _values(
    found: xarray.Dataset, task: str, label: str, cell: str, what: str
) -> np.ndarray:
    own = values(found, task, label, cell, what)
    return own[np.isfinite(own)]


def _centre_of(numbers: np.ndarray) -> str:
    return f"{numbers.mean():.3g}" if numbers.size else "-"


def _over(found: xarray.Dataset, task: str, label: str, cell: str, what: str) -> str:
    if label == SGD or SGD not in found.algorithm.values:
        return "-"
    return _told(compared(found, task, label, SGD, cell, what))


def _told(found: Interval) -> str:
    if not np.isfinite(found.value):
        return "-"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _drifts(found: xarray.Dataset, site: str, mode: str, label: str) -> list[tuple]:
    """SAM at all rates and radii; the others, with nothing to tell, at the middle."""
    here = found.sel(site=site, samples=mode, algorithm=label)
    rows = []
    for k, share in enumerate(here.share.values):
        for j, rho in enumerate(found.small_rho.values):
            middle = (k, j) == (1, 1)
            if label != "SAM" and not middle:
                continue
            own = here.isel(share_level=k, rho_level=j)
            words = [_span(own[name].values) for name in DRIFTS]
            words += [_span(far(here[name])) if middle else "" for name in FAR]
            rows.append((site, mode, label, f"{share:g}", f"{rho:g}", *words))
    return rows


def _span(numbers: np.ndarray) -> str:
    low, high = numbers.min(), numbers.max()
    return f"{low:.3f} to {high:.3f}" if np.isfinite(low + high) else "-"
