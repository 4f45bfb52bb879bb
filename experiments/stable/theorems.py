r"""L8 to L10 where their assumptions hold: data fitted by one rule, and staircases."""

from __future__ import annotations

import numpy as np
import xarray

from landscapes.finite_sum import FiniteSum
from landscapes.half_line import half_line
from theory import staircase
from theory.iterate import iterate
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM_N
from theory.neighbours import neighbours
from theory.runs import at, last
from theory.separable import population
from theory.stability import sam_growth, sam_stability

ETA = 0.25  # the largest of these theorems, beta = 1
TIMES = (4, 16, 64, 256)
RADII = (0.5, 1.0, 2.0, 4.0)  # over r_0
N, TRIALS = 16, 30  # of L10's upper bound
STAIRS = {"n": 1000, "q": 0.01, "eta": ETA}
HEIGHT = 64  # steps on the staircase
LENGTHS = (0.01, 0.1, 1.0, 10.0)  # radii there
METHODS = {"GD": lambda rho: GD(), "SAM": SAM, "SSAM-N": SSAM_N}


def theorems() -> xarray.Dataset:
    r"""Measured and stated.

    Returns:
        `averaged` and `averaged_bound`: L8's $F(\bar w)$, and `fitted` and
        `fitted_bound`: L10's mean squared distance, `(flat_rho, look)`, on tumours with
        a smooth hinge, full batches; `sharp`, `(flat_rho)`: L9's sharpness over
        $\rho^2/2$; `stairs`, `(stair_method, stair_rho, stair_step)`: squared distance
        on the staircase of L10; `stairs_lower`, `stairs_upper`, its bounds,
        `(stair_rho, stair_step)`.
    """
    return xarray.merge([flat_ball(), stairs()])


def flat_ball() -> xarray.Dataset:
    """L8 to L10 on losses that vanish on a ball, and on a half-parabola."""
    X, y, scalar, best, radius = population("smooth hinge")
    rho, far = radius * np.array(RADII), np.linalg.norm(best)
    f, x = FiniteSum(X, y, scalar), np.zeros((len(rho), X.shape[1]))
    total, values = 0.0, []
    for t, state in enumerate(iterate(f, SAM(rho[:, None]), x, ETA, TIMES[-1] - 1), 1):
        total = total + state.x
        if t in TIMES:
            values.append(f.value(total / t))
    steps, excess = np.array(TIMES), np.maximum(rho - radius, 0)[:, None]
    squared = _fitted(X, y, scalar, rho)
    end = last(half_line(), SAM(rho[:, None]), 0 * rho[:, None], ETA, TIMES[-1]).x
    around = (half_line().value(end + side * rho[:, None]) for side in (-1, 1))
    return xarray.Dataset(
        {
            "averaged": (("flat_rho", "look"), np.transpose(values)),
            "averaged_bound": (
                ("flat_rho", "look"),
                far**2 / (ETA * steps) + 4 * excess**2,
            ),
            "fitted": (("flat_rho", "look"), squared),
            "fitted_bound": (
                ("flat_rho", "look"),
                sam_stability(ETA, 1.0, rho[:, None], radius, far, N, steps),
            ),
            "sharp": ("flat_rho", np.maximum(*around) / (rho**2 / 2)),
        },
        {"flat_rho": list(RADII), "look": list(TIMES)},
    )


def _fitted(X: np.ndarray, y: np.ndarray, scalar: object, rho: np.ndarray) -> list:
    """Mean squared distances of data sets drawn from all, `(rho, look)`."""
    rng = np.random.default_rng(10)
    old, new = rng.integers(len(y), size=(2, TRIALS, N))
    sets = neighbours(FiniteSum(X[old], y[old], scalar), X[new], y[new])
    start, found = np.zeros((N + 1, TRIALS, X.shape[1])), []
    for radius in rho:
        states = at(TIMES, sets, SAM(radius), start, ETA)
        gaps = (state.x[1:] - state.x[:1] for state in states)
        found.append([(gap**2).sum(axis=-1).mean() for gap in gaps])
    return found


def stairs() -> xarray.Dataset:
    """SAM parts on the staircase by rho squared a step; who does not, beside it."""
    steps, rho = np.arange(HEIGHT + 1), np.array(LENGTHS)[:, None]
    n, q = STAIRS["n"], STAIRS["q"]
    squares = [
        [staircase.grown(make(length), steps=HEIGHT, rho=length, **STAIRS)
         for length in LENGTHS]
        for make in METHODS.values()
    ]  # fmt: skip
    # The lemma there: a minimum of all at -R(1, ..., 1), R so large that r_0 = rho.
    far = (rho + ETA * rho) * np.sqrt(HEIGHT)
    cell = ("stair_rho", "stair_step")
    return xarray.Dataset(
        {
            "stairs": (("stair_method", *cell), squares),
            "stairs_lower": (cell, sam_growth(ETA, 1.0, rho, n, steps, q)),
            "stairs_upper": (cell, sam_stability(ETA, 1.0, rho, rho, far, n, steps)),
        },
        {
            "stair_method": list(METHODS),
            "stair_rho": list(LENGTHS),
            "stair_step": steps,
        },
    )
