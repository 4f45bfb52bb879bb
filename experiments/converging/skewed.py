"""SAM's floor under skewed noise (L16), and whether others have one."""

from __future__ import annotations

import numpy as np
import xarray

from landscapes.quadratic import Quadratic
from theory import methods
from theory.interval import mean
from theory.iterate import iterate
from theory.noise import Noise, same, two_point

SPECTRUM = (1.0, 0.3)
ETA, RHO = (0.08, 0.04, 0.02), (0.1, 0.2, 0.4, 0.8)
KINDS = {"skewed": (two_point(0.75), 3**0.5), "symmetric": (two_point(), 1.0)}
MISS = 1e-3  # by chance, of one interval


def skewed(spec: str, seeds: int, quick: bool = False) -> xarray.Dataset:
    r"""One method on $\frac12(x^2 + .3y^2)$, its gradients disturbed alike in a step.

    Each coordinate by -1.7 or .6 times the noise's size ("skewed", L16's) or by +-1.

    Args:
        spec: of the method.
        seeds: a tenth of the runs, which all see the same noise.
        quick: shorter runs.

    Returns:
        `skew`, `_low`, `_high`, $E f(w_t)$ in the second half of the run,
        `(skewness, skew_rho, skew_eta)`.
    """
    f, runs = Quadratic(np.array(SPECTRUM)), (1 if quick else 10) * seeds
    method = methods.make(spec).having(rho=np.array(RHO)[:, None, None, None])
    eta = np.array(ETA)[:, None, None]
    steps = round((1 if quick else 4) / (min(SPECTRUM) * min(ETA)))
    ends = []
    for draw, scale in KINDS.values():
        x = np.zeros((len(RHO), len(ETA), runs, 2))
        sample, total = same(f, Noise(draw, scale, (runs, 2), 16)), 0.0
        for t, state in enumerate(iterate(f, method, x, eta, steps, sample=sample)):
            if 2 * t > steps:
                total = total + f.value(state.x)
        gaps = np.moveaxis(total / (steps - steps // 2), -1, 0)
        ends.append(mean(gaps, MISS))
    cell = ("skewness", "skew_rho", "skew_eta")
    table = {
        f"skew{suffix}": (cell, np.stack([getattr(e, end) for e in ends]))
        for suffix, end in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    coords = {"skewness": list(KINDS), "skew_rho": list(RHO), "skew_eta": list(ETA)}
    return xarray.Dataset(table, coords)
