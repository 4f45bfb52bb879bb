"""SAM's floor under skewed noise (L16), and whether others have one."""

from __future__ import annotations

import numpy as np
import xarray

from landscapes.quadratic import Quadratic
from theory import methods
from theory.interval import mean
from theory.iterate import iterate
from theory.method import Method
from theory.noise import Noise, same, two_point

SPECTRUM = (1.0, 0.3)
ETA, RHO = (0.08, 0.04, 0.02), (0.2, 0.4, 0.8, 1.6)
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
        `skew`, $E f(w_t)$ in the second half of the run, and `excess`, `_low`, `_high`,
        what it is above SGD's, run by run on the same noise,
        `(skewness, skew_rho, skew_eta)`.
    """
    made = methods.make(spec).having(rho=np.array(RHO)[:, None, None, None])
    runs, found = (1 if quick else 10) * seeds, []
    for kind in KINDS:
        gaps, plain = (_gaps(m, kind, runs, quick) for m in (made, methods.make("gd")))
        over = mean(gaps - plain, MISS)
        found.append((gaps.mean(axis=0), over.value, over.low, over.high))
    cell = ("skewness", "skew_rho", "skew_eta")
    names = ("skew", "excess", "excess_low", "excess_high")
    table = {
        name: (cell, np.stack(values))
        for name, values in zip(names, zip(*found, strict=True), strict=True)
    }
    coords = {"skewness": list(KINDS), "skew_rho": list(RHO), "skew_eta": list(ETA)}
    return xarray.Dataset(table, coords)


def _gaps(method: Method, kind: str, runs: int, quick: bool) -> np.ndarray:
    """The mean of f over the second half of each run, `(runs, rho, eta)`."""
    f, (draw, scale) = Quadratic(np.array(SPECTRUM)), KINDS[kind]
    eta, x = np.array(ETA)[:, None, None], np.zeros((len(RHO), len(ETA), runs, 2))
    steps = round((1 if quick else 4) / (min(SPECTRUM) * min(ETA)))
    sample, total = same(f, Noise(draw, scale, (runs, 2), 16)), 0.0
    for t, state in enumerate(iterate(f, method, x, eta, steps, sample=sample)):
        if 2 * t > steps:
            total = total + f.value(state.x)
    return np.moveaxis(total / (steps - steps // 2), -1, 0)
