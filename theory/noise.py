r"""Noise of a stochastic run: where it enters, how it is distributed, how it is drawn.

`same(f, noise)` disturbs every gradient of a step alike, as one mini-batch of losses
$f + \langle\xi_t, w\rangle$ does; `InDescent(base, noise)` disturbs only the direction,
after the ascent was made with the clean gradient. Both take any map from the step t to
an array that broadcasts against the points `(runs, ..., d)`, so that thousands of runs
are one batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from landscapes.draw import tau_nice
from landscapes.landscape import Landscape
from theory.base import GradientDescent, HeavyBall, gradient_descent

AHEAD = 64  # steps drawn at once: to make a generator costs as much as to draw them
Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def gaussian(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers."""
    return rng.standard_normal(shape)


def two_point(p: float = 0.5) -> Draw:
    r"""$\sqrt{(1-p)/p}$ with probability p, else $-\sqrt{p/(1-p)}$.

    Mean 0, variance 1, skewness $(1-2p)/\sqrt{p(1-p)}$: symmetric iff p = 1/2.

    Raises:
        ValueError: p is not in (0, 1).
    """
    if not 0 < p < 1:
        raise ValueError(f"`two_point` takes p in (0, 1), got {p}.")
    rare, common = ((1 - p) / p) ** 0.5, -((p / (1 - p)) ** 0.5)
    return lambda rng, shape: np.where(rng.random(shape) < p, rare, common)


@dataclass(frozen=True, eq=False)
class Noise:
    r"""$\xi_t$: independent from step to step, of mean 0, reproducible step by step.

    Args:
        draw: numbers of mean 0 and variance 1: `gaussian`, `two_point(p)`.
        scale: the standard deviation; an array broadcasts against `shape`.
        shape: of one step's noise, for instance `(runs, 1, d)`: axes of length one
            share the numbers (common random numbers).
        seed: one number or several.
    """

    draw: Draw
    scale: Any
    shape: tuple[int, ...]
    seed: Any = 0

    def __call__(self, t: int) -> np.ndarray:
        r"""$\xi_t$, whatever was drawn before."""
        rng = np.random.default_rng([*np.atleast_1d(self.seed), t])
        return self.scale * self.draw(rng, self.shape)


def impulses(steps: int) -> Callable[[int], np.ndarray]:
    r"""Run j is disturbed in step j alone, by 1: `(steps, 1)`.

    The last points of a linear one-dimensional method, started at 0, are then its
    responses $r_j$, and under independent noise of variance q its variance is
    $q\sum_j r_j^2$, without any sampling.
    """
    return lambda t: (np.arange(steps) == t)[:, None].astype(float)


def same(
    landscape: Landscape, noise: Callable[[int], np.ndarray]
) -> Callable[[int], Callable]:
    r"""Samples for `simulate.iterate`: step t sees $\nabla f + \xi_t$ everywhere."""

    def sample(t: int) -> Callable:
        xi = noise(t)
        return lambda x: landscape.gradient(x) + xi

    return sample


def minibatches(f: Any, tau: int, runs: int, seed: Any) -> Callable[[int], Callable]:
    """Samples for `simulate.iterate`: tau of f's n examples a step, none twice.

    Args:
        f: a sum over samples: with `n` and `sample(indices, t)`.
        tau: size of the mini-batches; n is the whole sum.
        runs: each draws its own.
        seed: one number or several; step t's batches do not depend on earlier draws.
    """

    def sample(t: int) -> Callable:
        rng = np.random.default_rng([*np.atleast_1d(seed), t])
        whole = tau == f.n
        return f.sample(
            np.arange(tau) if whole else tau_nice(f.n, tau, rng, (runs,)), t
        )

    return sample


def common(draw: Callable, seeds: np.ndarray, what: int) -> Callable[[int], np.ndarray]:
    """Common random numbers: maps the step t to what every seed draws in it.

    What is drawn depends on the seed, the step and `what`, and on nothing else.

    Args:
        draw: maps a generator and a number of steps to their draws, `(steps, ...)`.
        seeds: distinct whole numbers >= 0, `(S,)`.
        what: tells the draws of one purpose from those of another.

    Returns:
        A map to arrays `(S, ...)`.
    """

    @lru_cache(maxsize=1)
    def ahead(block: int) -> np.ndarray:
        drawn = [draw(np.random.default_rng([s, block, what]), AHEAD) for s in seeds]
        return np.stack(drawn, axis=1)

    return lambda t: ahead(t // AHEAD)[t % AHEAD]


@dataclass(frozen=True, eq=False)
class InDescent:
    r"""A base update whose direction is $d_t + \xi_t$; its state is (t, the base's).

    Args:
        noise: maps t to $\xi_t$.
        base: what makes the step.
    """

    noise: Callable[[int], np.ndarray]
    base: GradientDescent | HeavyBall = gradient_descent

    def init(self, x: Any) -> tuple[int, Any]:
        """Step 0."""
        return 0, self.base.init(x)

    def update(self, x: Any, d: Any, state: Any, eta: Any) -> tuple[Any, Any]:
        """The base's step along the disturbed direction."""
        t, inner = state
        x, inner = self.base.update(x, d + self.noise(t), inner, eta)
        return x, (t + 1, inner)
