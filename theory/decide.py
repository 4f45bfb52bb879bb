"""Running every start of a grid until its verdict is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory import simulate
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.method import Method
from theory.verdict import FAR, Verdict, classify

WINDOW = 64  # steps that a verdict rests on
FIRST = 2 * WINDOW  # steps before the first look; each further look doubles them
# What more steps cannot change.
FINAL = (Verdict.CONVERGED, Verdict.DIVERGED, Verdict.ESCAPED)


@dataclass(frozen=True, eq=False)
class Decision:
    """What every run of a batch did; all of the batch's shape `(...)`.

    Args:
        verdict: `Verdict` values, int8.
        place: position in `landscape.critical_points` of the nearest one; -1 where a
            run left, or the landscape knows none. int16.
        period: of a cycle, else 0. int8.
        steps: that the run took: until it left, or until its verdict was sure. int32.
    """

    verdict: np.ndarray
    place: np.ndarray
    period: np.ndarray
    steps: np.ndarray


def decide(
    landscape: Landscape,
    method: Method,
    eta: Any,
    rho: Any,
    x: Any,
    steps: int,
    *,
    base: GradientDescent | HeavyBall = gradient_descent,
    engine: str = "auto",
    dtype: str = "float64",
    device: str = "cpu",
) -> Decision:
    r"""Extends the runs that are not sure yet: after 128, 256, 512 ... steps.

    A run is over when its gradient has vanished at a minimum or when it is farther
    than `verdict.FAR` from the origin (`ESCAPED` if f is finite there and lower than at
    the start, else `DIVERGED`). Any other verdict must be found twice, at some number
    of steps and at the double of it; what `steps` do not suffice for is `UNDECIDED`.

    Args:
        landscape: as `simulate.batch` takes it, and so all others.
        method: gives the direction.
        eta: learning rates.
        rho: radii.
        x: starts, `(..., d)`.
        steps: the most steps a run takes, >= 128.
        base: the base update.
        engine: `numpy`, `compiled` or `auto`.
        dtype: `float64` or `float32`.
        device: a torch device.

    Raises:
        ValueError: a bad number, shape, engine or dtype.
    """
    if steps < FIRST:
        raise ValueError(f"a verdict needs >= {FIRST} steps, got {steps}.")
    x = np.asarray(x, dtype=float)
    shape = np.broadcast_shapes(np.shape(eta), np.shape(rho), x.shape[:-1])
    flat = [np.broadcast_to(v, shape).reshape(-1) for v in (eta, rho)]
    x = np.broadcast_to(x, (*shape, landscape.dim)).reshape(-1, landscape.dim)
    found = Decision(
        np.zeros(len(x), np.int8),
        np.full(len(x), -1, np.int16),
        np.zeros(len(x), np.int8),
        np.full(len(x), steps, np.int32),
    )
    rows, before = np.arange(len(x)), None
    for horizon in horizons(steps):
        run = simulate.batch(
            landscape,
            method,
            *(v[rows] for v in flat),
            x[rows],
            horizon,
            radius=FAR,
            window=WINDOW,
            base=base,
            engine=engine,
            dtype=dtype,
            device=device,
        )
        seen = classify(run, landscape)
        codes = np.where(downhill(landscape, run, x[rows]), Verdict.ESCAPED, seen.codes)
        what = np.stack([codes, seen.nearest, seen.period])
        sure = np.isin(codes, FINAL)
        if before is not None:
            sure |= (what == before).all(axis=0) & (codes != Verdict.UNDECIDED)
        over = rows[sure]
        found.verdict[over], found.period[over] = codes[sure], seen.period[sure]
        found.place[over] = np.where(run.left, -1, seen.nearest)[sure]
        found.steps[over] = np.where(run.left, run.steps, horizon)[sure]
        rows, before = rows[~sure], what[:, ~sure]
        if not rows.size:
            break
    return Decision(*(getattr(found, k).reshape(shape) for k in vars(found)))


def horizons(steps: int) -> list[int]:
    """128, 256, 512 ... and the most steps a run takes."""
    found = [FIRST]
    while found[-1] * 2 <= steps:
        found.append(found[-1] * 2)
    return [*found, steps] if found[-1] < steps else found


def downhill(landscape: Landscape, run: simulate.Run, start: np.ndarray) -> np.ndarray:
    """Whether a run left to where f is lower than at its start."""
    with np.errstate(all="ignore"):
        return run.left & (landscape.value(run.x) < landscape.value(start))
