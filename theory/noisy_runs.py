"""Stochastic runs on their way, many at once, and the states that they show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.components import Components
from theory.blocked import take
from theory.job import Job, Progress, flatten, step
from theory.noisy_problem import Problem
from theory.noisy_verdict import LOOKS, TAIL
from theory.tree import map_leaves
from theory.verdict import FAR

LANES = 64  # most runs of one seed that share the rows of a mini-batch


@dataclass(frozen=True, eq=False)
class Shown:
    """States along a window.

    Args:
        x: points, `(N, LOOKS, d)`.
        g: raw gradients that the runs saw there, `(N, LOOKS, d)`.
        tail: the last points, `(N, TAIL, d)`.
        span: first step of the window, and the one after its last.
    """

    x: np.ndarray
    g: np.ndarray
    tail: np.ndarray
    span: tuple[int, int]

    def of(self, chosen: np.ndarray) -> Shown:
        """Some of the runs."""
        parts = (part[chosen] for part in (self.x, self.g, self.tail))
        return Shown(*parts, self.span)


@dataclass(frozen=True, eq=False)
class Runs:
    """Some runs on their way.

    Args:
        problem: what they have in common.
        job: their arrays, one run an entry of axis 0.
        progress: where they are.
        which: position of their seeds, `(N,)`.
        done: steps behind them.
        c: see `Problem.seen`; `(d,)`.
    """

    problem: Problem
    job: Job
    progress: Progress
    which: np.ndarray
    done: int = 0
    c: np.ndarray | None = None

    @classmethod
    def start(cls, problem: Problem, eta, rho, x, which, done=0, c=None) -> Runs:
        """Runs before their first step, which is step `done`."""
        method = problem.method.having(rho=rho)
        _, job, progress = flatten(
            problem.landscape, method, problem.base, eta, x, 0.0, FAR, "float64"
        )
        return cls(problem, job, progress, which, done, c)

    def of(self, chosen: np.ndarray) -> Runs:
        """Some of them."""
        job, progress = take(self.job, chosen), take(self.progress, chosen)
        return replace(self, job=job, progress=progress, which=self.which[chosen])

    @property
    def x(self) -> np.ndarray:
        """Where they are, `(N, d)`."""
        return points(self.progress.x)

    @property
    def steps(self) -> np.ndarray:
        """How many they took before they left, `(N,)`."""
        return self.progress.steps.reshape(-1)

    @property
    def left(self) -> np.ndarray:
        """Whether they are farther than `FAR` or not finite, `(N,)`."""
        with np.errstate(all="ignore"):
            return ~np.asarray(self.job.inside(self.progress.x)).reshape(-1)

    def until(self, stop: int) -> tuple[Runs, Shown]:
        """The runs at step `stop`, and what they showed on the way there."""
        if not self.problem.sums:
            progress, shown = self._advance(stop)
            return replace(self, progress=progress, done=stop), shown
        slots, lanes = rows(self.which)
        laid = self.of(slots)
        laid = replace(
            laid,
            job=_folded(laid.job, lanes),
            progress=_folded(laid.progress, lanes),
            which=laid.which[::lanes],
        )
        progress, shown = laid._advance(stop)
        first = np.unique(slots, return_index=True)[1]
        progress = take(_flat(progress), first)
        return replace(self, progress=progress, done=stop), shown.of(first)

    def _advance(self, stop: int) -> tuple[Progress, Shown]:
        """The same of runs that are laid out as their landscape needs them."""
        progress, size = self.progress, len(points(self.progress.x))
        c = None if self.c is None else self.problem.laid_out(self.c)
        # The window is the last half of all steps, as far as they are still ahead.
        span = max(self.done, stop // 2), stop
        looks = {t: i for i, t in enumerate(times(*span))}
        x, g = np.empty((2, size, LOOKS, self.problem.landscape.dim))
        tail = np.empty((size, TAIL, self.problem.landscape.dim))
        # Overflow is how divergence looks; the verdict names it.
        with np.errstate(all="ignore"):
            for t in range(self.done, stop):
                here = progress.x
                seen = self.problem.seen(t, self.which, c)
                progress, _, raw = step(self.job, progress, seen)
                if t in looks:
                    x[:, looks[t]], g[:, looks[t]] = points(here), points(raw)
                if t >= stop - TAIL:
                    tail[:, t - stop] = points(here)
        return progress, Shown(x, g, tail, span)


def points(x: Any) -> np.ndarray:
    """Points of any layout as `(N, d)`."""
    x = np.stack(x.parts, axis=-1) if isinstance(x, Components) else x
    return x.reshape(-1, x.shape[-1])


def rows(which: np.ndarray) -> tuple[np.ndarray, int]:
    """Runs in rows of one seed each; a row is filled up with copies of its first.

    Returns:
        Positions of runs, flat, and the length of a row.
    """
    seeds = np.unique(which)
    lanes = int(np.clip(len(which) // len(seeds), 1, LANES))
    found = []
    for seed in seeds:
        mine = np.flatnonzero(which == seed)
        found.append(np.append(mine, np.repeat(mine[:1], -len(mine) % lanes)))
    return np.concatenate(found), lanes


def _folded(tree: Any, lanes: int) -> Any:
    return map_leaves(lambda a: a.reshape(-1, lanes, *a.shape[1:]), tree)


def _flat(tree: Any) -> Any:
    return map_leaves(lambda a: a.reshape(-1, *a.shape[2:]), tree)


def times(start: int, stop: int) -> np.ndarray:
    """One random step out of each of `LOOKS` parts of a window, the same for all."""
    edges = np.linspace(start, stop, LOOKS + 1).astype(int)
    return np.random.default_rng(stop).integers(edges[:-1], edges[1:])
