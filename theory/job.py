"""Job: a whole grid flattened to one batch, and its one frozen step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from landscapes.arrays import namespace
from landscapes.components import Components
from landscapes.landscape import Landscape
from landscapes.sample import Sample
from theory.base import GradientDescent, HeavyBall
from theory.method import Method, dot
from theory.tree import leaves, map_leaves


@dataclass(frozen=True, eq=False)
class Job:
    """What a batch needs and does not change; every array has N runs along axis 0.

    Points are Components of d arrays `(N,)` where the landscape runs on them, else
    arrays `(N, d)`; scalars are `(N,)` or `(N, 1)` accordingly.

    Args:
        landscape, method, base: with their arrays flattened.
        eta: learning rates.
        center: of the balls that the runs must not leave.
        radius2: squared radii of the balls.
        every: steps between two looks at the ball (`turn`).
    """

    landscape: Landscape
    method: Method
    base: GradientDescent | HeavyBall
    eta: Any
    center: Any
    radius2: Any
    every: int = 1

    def inside(self, x: Any) -> Any:
        """Whether each run is still in its ball; NaN is not."""
        away = x - self.center
        return dot(away, away) < self.radius2


@dataclass(frozen=True, eq=False)
class Progress:
    """What a batch changes: points, states, and the count of steps taken (float).

    Under watch, the extremes of the window too (`theory.watch`); `()` else.
    """

    x: Any
    method: Any
    base: Any
    steps: Any
    watch: Any = ()


@dataclass(frozen=True)
class Layout:
    """How a batch of shape `shape` and points of dimension `dim` lie in a Job."""

    shape: tuple[int, ...]
    dim: int
    components: bool
    dtype: str

    @property
    def size(self) -> int:
        """The number of runs N."""
        return prod(self.shape)

    def scalar(self, value: Any) -> np.ndarray:
        """A scalar of the batch as `(N,)` or `(N, 1)`."""
        flat = np.broadcast_to(value, self.shape).reshape(-1)
        flat = np.array(flat, dtype=self.dtype)
        return flat if self.components else flat[:, None]

    def vector(self, value: Any) -> Any:
        """Points as Components of `(N,)`, or as `(N, d)`."""
        flat = np.broadcast_to(value, (*self.shape, self.dim)).reshape(-1, self.dim)
        if self.components:
            return Components(np.array(column, dtype=self.dtype) for column in flat.T)
        return np.array(flat, dtype=self.dtype)

    def points(self, x: Any) -> np.ndarray:
        """Flattened points as `(..., d)` again."""
        stacked = np.stack(x.parts, axis=-1) if isinstance(x, Components) else x
        return stacked.reshape(*self.shape, self.dim)

    def scalars(self, value: np.ndarray) -> np.ndarray:
        """A flattened scalar as `(...)` again."""
        return value.reshape(self.shape)


def flatten(
    landscape: Landscape,
    method: Method,
    base: GradientDescent | HeavyBall,
    eta: Any,
    x: Any,
    center: Any,
    radius: Any,
    dtype: str,
    grid: tuple[int, ...] = (),
) -> tuple[Layout, Job, Progress]:
    """Broadcasts everything, and the shape `grid`, to one batch and flattens it.

    Raises:
        ValueError: the shapes do not broadcast.
    """
    x = np.asarray(x, dtype=float)
    landscape.check(x)
    fields = {name: getattr(landscape, name) for name in landscape.batched}
    parts = [
        grid,
        *(np.shape(leaf) for leaf in (eta, radius, *leaves(method), *leaves(base))),
        *(np.shape(v)[:-1] for v in (x, np.atleast_1d(center), *fields.values())),
    ]
    try:
        shape = np.broadcast_shapes(*parts)
    except ValueError:
        raise ValueError(
            f"eta, rho, starts and landscape do not broadcast: {parts}."
        ) from None
    layout = Layout(shape, landscape.dim, "components" in landscape.kinds, dtype)
    if fields:
        fields = {name: layout.vector(value) for name, value in fields.items()}
        landscape = replace(landscape, **fields)
    job = Job(
        landscape,
        map_leaves(layout.scalar, method),
        map_leaves(layout.scalar, base),
        layout.scalar(eta),
        layout.vector(center),
        layout.scalar(radius) ** 2,
    )
    start = layout.vector(x)
    progress = Progress(
        start, job.method.init(start), job.base.init(start), layout.scalar(0.0)
    )
    return layout, job, progress


def where(condition: Any, new: Any, old: Any) -> Any:
    """`new` where the condition holds, else `old`, for arrays or tensors."""
    if namespace(new) == "torch":
        import torch

        return torch.where(condition, new, old)
    return np.where(condition, new, old)


def move(
    job: Job, progress: Progress, sample: Sample | None = None
) -> tuple[Progress, Any, Any]:
    """One step of every run, wherever it is.

    Args:
        job: what the runs have in common.
        progress: where they are.
        sample: what they see in this step; the whole landscape without it.

    Returns:
        The progress, the surrogate gradient and the raw gradient at the old points.
    """
    p = progress
    if sample is None:
        # A run that is active has taken one step after another: its count is t.
        sample = Sample(job.landscape, p.steps)
    d, g, method = job.method.direction(p.x, p.method, sample)
    x, base = job.base.update(p.x, d, p.base, job.eta)
    return Progress(x, method, base, p.steps + 1, p.watch), d, g


def step(
    job: Job, progress: Progress, sample: Sample | None = None
) -> tuple[Progress, Any, Any]:
    """One step of every run that is inside its ball; the others stand still.

    Takes and returns what `move` does.
    """
    moved, d, g = move(job, progress, sample)
    return _kept(job.inside(progress.x), moved, progress), d, g


def turn(job: Job, progress: Progress) -> Progress:
    """`job.every` steps of every run.

    One at a time a run stands still where it left its ball. More are taken or given up
    together: a run that they lead out stands still where they began, and what is left
    of it are single steps. To look at the ball is as dear as half a step of gradient
    descent.
    """
    if job.every == 1:
        return step(job, progress)[0]
    moved = progress
    for _ in range(job.every):
        before = moved
        moved, d, g = move(job, before)
        if moved.watch:
            watch = before.watch.seeing(before.x, moved.x, d, g)
            moved = replace(moved, watch=watch)
    return _kept(job.inside(moved.x), moved, progress)


def _kept(active: Any, moved: Progress, held: Progress) -> Progress:
    return map_leaves(lambda new, old: where(active, new, old), moved, held)
