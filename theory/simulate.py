"""Running a method: `batch` over whole grids at once, `iterate` step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory import blocked
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.iterate import iterate as iterate  # its other way to run
from theory.job import Job, Layout, Progress, flatten, step
from theory.method import Method, norm
from theory.validate import at_edge

# Below this many point-steps blocked NumPy answers before a kernel is compiled.
WORTH_COMPILING = 4e8
ENGINES, DTYPES = ("auto", "numpy", "compiled"), ("float64", "float32")


@dataclass(frozen=True, eq=False)
class Run:
    """A finished batch; leading axes `...` are the broadcast of eta, rho and x.

    Args:
        x: last points, `(..., d)`.
        steps: steps taken until the run left its ball or the job ended, `(...)`.
        left: the run left its ball or is no longer finite, `(...)`.
        window: the last points, oldest first, `(W, ..., d)`.
        g_norm: norms of the raw gradient along the window, `(W, ...)`.
        d_norm: norms of the surrogate gradient along the window, `(W, ...)`.
        eta: learning rates, `(...)`.
        rho: radii, `(...)`; 0 for methods without one.
        radius_unit: what they are measured in, `length` or `rate`.
        center: of the ball, `(d,)` or `(..., d)`.
        engine: `numpy`, `compiled` or `eager`.
    """

    x: np.ndarray
    steps: np.ndarray
    left: np.ndarray
    window: np.ndarray
    g_norm: np.ndarray
    d_norm: np.ndarray
    eta: np.ndarray
    rho: np.ndarray
    radius_unit: str
    center: np.ndarray
    engine: str


def batch(
    landscape: Landscape,
    method: Method,
    eta: Any,
    rho: Any,
    x: Any,
    steps: int,
    *,
    center: Any = 0.0,
    radius: Any = 1e8,
    window: int = 64,
    base: GradientDescent | HeavyBall = gradient_descent,
    engine: str = "auto",
    dtype: str = "float64",
    device: str = "cpu",
) -> Run:
    r"""Runs a whole grid; a run is frozen when it leaves its ball.

    Args:
        landscape: what is minimised; its batched fields broadcast too.
        method: its radius is replaced by `rho`.
        eta: learning rates, broadcasting over the batch `(...)`.
        rho: radii, likewise; None keeps the method's own.
        x: starts, `(..., d)`.
        steps: the most steps a run takes.
        center: centre of the ball that a run must not leave, `(..., d)`.
        radius: of that ball, broadcasting over the batch.
        window: how many of the last states are kept for the verdict.
        base: the base update.
        engine: `numpy` (blocked), `compiled` (torch), or `auto`: by the job's size.
        dtype: `float64` or `float32`.
        device: a torch device; other than `cpu` it implies `compiled`.

    Raises:
        ValueError: a bad number, shape, engine or dtype.
    """
    if steps < 1 or not 0 <= window <= steps:
        raise ValueError(
            f"steps must be >= 1 and 0 <= window <= steps, got {steps} and {window}."
        )
    check_engine(engine, dtype, device)
    if not np.size(x):
        raise ValueError("a batch needs at least one start, got none.")
    if rho is not None:
        method = method.having(rho=np.asarray(rho, dtype=float))
    at_edge(method, eta=eta, radius=radius)
    if np.min(radius) < 1e-150 or np.max(radius) > 1e150:
        raise ValueError("a radius lies between 1e-150 and 1e150, or its square fails.")
    layout, job, progress = flatten(
        landscape, method, base, eta, x, center, radius, dtype, np.shape(rho)
    )
    if engine == "auto":
        engine = engine_for(method, layout.size, steps, device)
    progress, engine = advance(job, progress, steps - window, engine, device)
    with np.errstate(all="ignore"):
        progress, frames, g_norm, d_norm = record(layout, job, progress, window)
        left = layout.scalars(~job.inside(progress.x))
    return Run(
        x=layout.points(progress.x),
        steps=layout.scalars(progress.steps),
        left=left,
        window=frames,
        g_norm=g_norm,
        d_norm=d_norm,
        eta=np.broadcast_to(eta, layout.shape),
        rho=np.broadcast_to(method.get("rho"), layout.shape),
        radius_unit=method.radius_unit,
        center=np.asarray(center),
        engine=engine,
    )


def check_engine(engine: str, dtype: str, device: str) -> None:
    """Refuses what no engine is."""
    if engine not in ENGINES or dtype not in DTYPES:
        raise ValueError(
            f"engine is one of {ENGINES} and dtype of {DTYPES}, got `{engine}`, "
            f"`{dtype}`."
        )
    if engine == "numpy" and device != "cpu":
        raise ValueError(f"the numpy engine runs on the cpu, got `{device}`.")


def engine_for(method: Method, runs: int, steps: int, device: str = "cpu") -> str:
    """The engine that answers sooner: `numpy` or `compiled`.

    A method whose steps depend on their numbers does not compile. To be asked for a
    whole job, before it is cut: engines differ in the last bits.
    """
    large = runs * steps >= WORTH_COMPILING or device != "cpu"
    return "compiled" if large and method.steady else "numpy"


def advance(
    job: Job, progress: Progress, steps: int, engine: str, device: str = "cpu"
) -> tuple[Progress, str]:
    """`steps` steps of every run by an engine, and that engine's name."""
    if engine == "numpy":
        return blocked.advance(job, progress, steps), engine
    from theory import compiled

    return compiled.advance(job, progress, steps, device)


def record(
    layout: Layout, job: Job, progress: Progress, window: int, step: Callable = step
) -> tuple:
    """The last steps one by one: the progress, and the window's states."""
    frames = np.empty((window, *layout.shape, layout.dim), layout.dtype)
    g_norm, d_norm = np.empty((2, window, *layout.shape), layout.dtype)
    for t in range(window):
        frames[t] = layout.points(progress.x)
        progress, d, g = step(job, progress)
        g_norm[t], d_norm[t] = layout.scalars(norm(g)), layout.scalars(norm(d))
    return progress, frames, g_norm, d_norm
