"""Trainings of which the curvature at the end is kept too, as another kind of job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.networks.job import Training
from experiments.networks.kind import NETWORKS, RESULT

if TYPE_CHECKING:
    from experiments.sweeping.chunks import Plan

TOL = 1e-2  # of the eigenpair's residual; the eigenvalue is known to its square
CURVED = np.dtype([*RESULT.descr, ("top_eigenvalue", "<f8")])


def _decided(plan: Plan, start: int, stop: int) -> np.ndarray:
    """`RESULT`, and the largest eigenvalue of the training loss's Hessian.

    NaN where the run has overflown.
    """
    import torch

    from experiments.networks.training import finished
    from theory.top_eigenvalues import top_eigenvalues

    told, net, x = finished(plan.job, start, stop)
    found = np.zeros(len(told), CURVED)
    for name in RESULT.names:
        found[name] = told[name]
    top = top_eigenvalues(net.hvp, x, 1, tol=TOL)
    known = torch.where(top.residuals.isfinite(), top.values, torch.nan)
    found["top_eigenvalue"] = known[:, 0].cpu()
    return found


@dataclass(frozen=True)
class Curved(Training):
    """A `Training` whose netCDF has a `top_eigenvalue` as well; the rest is the same.

    Made of another one by `Curved(**vars(training))`.
    """

    kind = replace(
        NETWORKS,
        run=CURVED,
        decided=_decided,
        files=lambda job: [Path(__file__), *NETWORKS.files(job)],
        disk=2.0 * CURVED.itemsize,
    )
