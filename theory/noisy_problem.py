"""What stochastic runs have in common, and what they see in a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.draw import tau_nice
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch
from landscapes.sample import Sample
from theory.base import GradientDescent, HeavyBall
from theory.method import Method
from theory.noise import common, gaussian
from theory.tilted import Tangent, Tilted

NOISE, BATCH = 0, 1  # the purposes of draws


@dataclass(frozen=True, eq=False)
class Problem:
    """What all runs have in common.

    Args:
        landscape: f; a sum over samples has `n` and `restrict`.
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

    @property
    def sums(self) -> bool:
        """Whether f is a sum over samples."""
        return hasattr(self.landscape, "n")

    @cached_property
    def whole(self) -> Landscape:
        """f, such that no run's numbers depend on how many others there are.

        A sum over samples takes the points of many runs in one matrix product, which
        rounds differently with their number. With rows of their own, which here they
        share, `(1, 1, n, d)`, they are multiplied one by one: points are `(G, r, d)`.
        """
        f = self.landscape
        return f.restrict(np.arange(f.n)[None, None]) if self.sums else f

    @cached_property
    def xi(self) -> Callable[[int], np.ndarray]:
        """Maps t to every seed's noise, `(S, d)`."""
        shape = (self.landscape.dim,)
        return common(
            lambda rng, steps: self.noise * gaussian(rng, (steps, *shape)),
            self.seeds,
            NOISE,
        )

    @cached_property
    def indices(self) -> Callable[[int], np.ndarray]:
        """Maps t to every seed's mini-batch, `(S, b)`."""
        n, b = self.landscape.n, self.batch
        return common(
            lambda rng, steps: tau_nice(n, b, rng, (steps,)), self.seeds, BATCH
        )

    def seen(self, t: int, which: np.ndarray, c: Any = None) -> Sample:
        """What the runs see in step t.

        Args:
            t: the step.
            which: position of every run's seed, `(N,)`; of every row's, `(G,)`, where
                f is a sum.
            c: where f is replaced by its model of second order; None: nowhere.
        """
        f = self.whole
        if self.batch:
            f = self.landscape.restrict(self.indices(t)[which][:, None])
        if c is not None:
            f = Tangent(f, c)
        if self.noise:
            xi = self.xi(t)[which]
            f = Tilted(f, self.laid_out(xi[:, None] if self.sums else xi))
        return MiniBatch(f, t) if self.sums else Sample(f, t)

    def laid_out(self, x: np.ndarray) -> Any:
        """Points `(..., d)` of the kind that the runs have."""
        if "components" in self.landscape.kinds:
            return Components(np.moveaxis(x, -1, 0).copy())
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        """The true f at points `(N, d)`."""
        return self.whole.value(x[:, None])[:, 0] if self.sums else self.whole.value(x)

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """The true gradient at points `(N, d)`."""
        if self.sums:
            return self.whole.gradient(x[:, None])[:, 0]
        return self.whole.gradient(x)
