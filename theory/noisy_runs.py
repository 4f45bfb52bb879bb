"""Stochastic runs, many at once: their steps, their draws, the states they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.draw import tau_nice
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch
from landscapes.sample import Sample
from theory.base import GradientDescent, HeavyBall
from theory.blocked import take
from theory.job import Job, Progress, flatten, where
from theory.method import Method
from theory.noise import common, gaussian
from theory.noisy_verdict import LOOKS, TAIL
from theory.tilted import Tangent, Tilted
from theory.tree import map_leaves
from theory.verdict import FAR

LANES = 64  # most runs of one seed that share a mini-batch's rows
NOISE, BATCH = 0, 1  # the purposes of draws


@dataclass(frozen=True, eq=False)
class Problem:
    """What all runs have in common.

    Args:
        landscape: f.
        method: gives the direction.
        base: the base update.
        noise: standard deviation of the gradient noise, per coordinate.
        batch: size of the mini-batches; 0: all samples.
        seeds: distinct, `(S,)`.
    """

    landscape: Landscape
    method: Method
    base: GradientDescent | HeavyBall
    noise: float
    batch: int
    seeds: np.ndarray
    xi: Callable = field(init=False)
    indices: Callable = field(init=False)

    def __post_init__(self) -> None:
        d, n, b = self.landscape.dim, getattr(self.landscape, "n", 0), self.batch

        def subsets(rng: np.random.Generator, steps: int) -> np.ndarray:
            return tau_nice(n, b, rng, (steps,))

        def normal(rng: np.random.Generator, steps: int) -> np.ndarray:
            return self.noise * gaussian(rng, (steps, d))

        object.__setattr__(self, "xi", common(normal, self.seeds, NOISE))
        object.__setattr__(self, "indices", common(subsets, self.seeds, BATCH))

    @property
    def whole(self) -> Landscape:
        """f, such that no run's numbers depend on how many others there are.

        A sum over samples takes the points of many runs in one matrix product, which
        rounds differently with their number; with rows of their own (here all share
        the same) it multiplies them one by one.
        """
        f = self.landscape
        return f.restrict(np.arange(f.n)[None, None]) if hasattr(f, "n") else f

    def sample(self, c: Any, which: np.ndarray) -> Callable[[int], Sample]:
        """What the runs see in step t.

        Args:
            c: where f is replaced by its model of second order; None: nowhere.
            which: position of every run's seed, `(N,)`; `(G, lanes)` for sums.
        """
        f, whole, sums = self.landscape, self.whole, hasattr(self.landscape, "n")
        which = which[:, 0] if sums else which

        def at(t: int) -> Sample:
            seen = f.restrict(self.indices(t)[which][:, None]) if self.batch else whole
            if c is not None:
                seen = Tangent(seen, c)
            if self.noise:
                xi = self.xi(t)[which]
                if sums:
                    xi = xi[:, None]
                elif "components" in f.kinds:
                    xi = Components(np.ascontiguousarray(xi.T))
                seen = Tilted(seen, xi)
            return MiniBatch(seen, t) if sums else Sample(seen, t)

        return at


@dataclass(frozen=True, eq=False)
class Shown:
    """States along a window; `(n, LOOKS, d)` twice, and the end `(n, TAIL, d)`."""

    x: np.ndarray
    g: np.ndarray
    tail: np.ndarray


@dataclass(frozen=True, eq=False)
class Runs:
    """Some runs on their way.

    Args:
        problem: what they have in common.
        job: their arrays, one run an entry of axis 0.
        progress: where they are.
        which: position of their seeds, `(n,)`.
        done: steps behind them.
        c: see `Problem.sample`.
    """

    problem: Problem
    job: Job
    progress: Progress
    which: np.ndarray
    done: int = 0
    c: np.ndarray | None = None

    @classmethod
    def start(
        cls,
        problem: Problem,
        eta: np.ndarray,
        rho: np.ndarray,
        x: np.ndarray,
        which: np.ndarray,
        c: np.ndarray | None = None,
    ) -> Runs:
        """Runs before their first step."""
        method = problem.method.having(rho=rho)
        _, job, progress = flatten(
            problem.landscape, method, problem.base, eta, x, 0.0, FAR, "float64"
        )
        return cls(problem, job, progress, which, 0, c)

    def of(self, chosen: np.ndarray) -> Runs:
        """Some of them, in any order."""
        job, progress = take(self.job, chosen), take(self.progress, chosen)
        return Runs(self.problem, job, progress, self.which[chosen], self.done, self.c)

    @property
    def x(self) -> np.ndarray:
        """Where they are, `(n, d)`."""
        return points(self.progress.x)

    @property
    def left(self) -> np.ndarray:
        """Whether they are farther than `FAR` or not finite, `(n,)`."""
        with np.errstate(all="ignore"):
            return ~np.asarray(self.job.inside(self.progress.x)).reshape(-1)

    def until(self, stop: int) -> tuple[Runs, Shown]:
        """The runs at step `stop`, and what they showed on the way there."""
        sums = hasattr(self.problem.landscape, "n")
        slots, lanes = slots_of(self.which) if sums else (np.arange(len(self.which)), 1)
        fold = (lambda tree: _fold(tree, lanes)) if sums else (lambda tree: tree)
        job, progress = (fold(take(v, slots)) for v in (self.job, self.progress))
        which = self.which[slots].reshape(-1, lanes) if sums else self.which
        c = self.c
        if c is not None and isinstance(progress.x, Components):
            c = Components(c)
        sample = self.problem.sample(c, which)
        looks = {t: i for i, t in enumerate(times(self.done, stop))}
        size, d = len(slots), self.problem.landscape.dim
        x, g = np.empty((2, size, LOOKS, d))
        tail = np.empty((size, TAIL, d))
        # Overflow is how divergence looks; the verdict names it.
        with np.errstate(all="ignore"):
            for t in range(self.done, stop):
                here = progress.x
                progress, seen = step(job, progress, sample(t))
                if t in looks:
                    x[:, looks[t]], g[:, looks[t]] = points(here), points(seen)
                if t >= stop - TAIL:
                    tail[:, t - stop] = points(here)
        unfold = (lambda tree: _unfold(tree)) if sums else (lambda tree: tree)
        first = np.unique(slots, return_index=True)[1]
        progress = take(unfold(progress), first)
        runs = Runs(self.problem, self.job, progress, self.which, stop, self.c)
        return runs, Shown(x[first], g[first], tail[first])


def step(job: Job, progress: Progress, sample: Sample) -> tuple[Progress, Any]:
    """One step of every run that is inside its ball, and the raw gradient."""
    p, active = progress, job.inside(progress.x)
    d, g, method = job.method.direction(p.x, p.method, sample)
    x, base = job.base.update(p.x, d, p.base, job.eta)
    moved, held = (x, method, base), (p.x, p.method, p.base)
    kept = map_leaves(lambda new, old: where(active, new, old), moved, held)
    return Progress(*kept, p.steps + active), g


def points(x: Any) -> np.ndarray:
    """Points of any layout as `(n, d)`."""
    if isinstance(x, Components):
        return np.stack(x.parts, axis=-1)
    return x.reshape(-1, x.shape[-1])


def slots_of(which: np.ndarray) -> tuple[np.ndarray, int]:
    """Runs in rows of one seed each; a row is filled up with copies of its first.

    Returns:
        Positions of runs, flat, and the length of a row.
    """
    lanes = int(np.clip(len(which) // len(np.unique(which)), 1, LANES))
    rows = []
    for seed in np.unique(which):
        mine = np.flatnonzero(which == seed)
        rows.append(np.append(mine, np.repeat(mine[:1], -len(mine) % lanes)))
    return np.concatenate(rows), lanes


def _fold(tree: Any, lanes: int) -> Any:
    return map_leaves(lambda a: a.reshape(-1, lanes, a.shape[-1]), tree)


def _unfold(tree: Any) -> Any:
    return map_leaves(lambda a: a.reshape(-1, a.shape[-1]), tree)


def times(done: int, stop: int) -> np.ndarray:
    """One random step out of each of `LOOKS` parts of a window, the same for all.

    The window is the last half of all steps, as far as it lies after `done`.
    """
    edges = np.linspace(max(done, stop // 2), stop, LOOKS + 1).astype(int)
    return np.random.default_rng(stop).integers(edges[:-1], edges[1:])
