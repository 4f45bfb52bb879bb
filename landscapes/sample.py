"""Sample: what a method sees of a landscape in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.arrays import like, namespace
from landscapes.components import Components
from landscapes.landscape import Landscape

OWN = 2  # the purpose of a method's draws; 0 and 1 are noise and mini-batches


@dataclass(frozen=True, eq=False)
class Sample:
    r"""The mean loss on one step's sample; here the landscape itself.

    Calling it gives the gradient. A sample of data offers more, under names that are
    the same everywhere and absent here (`landscapes.minibatch`). A method asks for
    what it needs by `theory.method.need`.

    Args:
        landscape: what is sampled.
        t: the step, from 0; in a batch one number a run.
        seed: of the run, one whole number or several; with t it decides `uniform`.
    """

    landscape: Landscape
    t: Any = 0
    seed: Any = 0

    def __call__(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""
        return self.landscape.gradient(x)

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        return self.landscape.value(x)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""Hessian-vector product $\nabla^2 f(x) v$, shape `(..., d)`."""
        return self.landscape.hvp(x, v)

    @property
    def step(self) -> int:
        """The step as a number; of a batch, that of the runs which still move.

        Raises:
            AttributeError: steps are tensors, whose numbers a compiled loop hides.
        """
        if namespace(self.t) == "torch":
            raise AttributeError("a compiled step has no number.")
        return int(np.max(self.t))

    @property
    def epoch(self) -> int:
        """How often all the data were seen before this step; here, in every step."""
        return self.step

    @property
    def new_epoch(self) -> bool:
        """Whether this is the first step of an epoch; here, every one is."""
        return self.step >= 0

    @property
    def uniform(self) -> Callable:
        """`uniform(x, *shape, draw=0)`: numbers in [0, 1) of the kind of x.

        One a coordinate if no shape is given. The seed, the step and `draw` decide
        them, for all runs the same, and in every precision (they have 24 bits).
        """
        seeds = [*np.atleast_1d(self.seed), self.step, OWN]

        def numbers(x: Any, *shape: int, draw: int = 0) -> Any:
            rng = np.random.default_rng([*seeds, draw])
            if not isinstance(x, Components):
                return like(rng.random(shape or x.shape[-1:], np.float32), x)
            drawn = rng.random(shape or len(x), np.float32)
            first = x.parts[0]
            return like(drawn, first) if shape else Components(like(drawn, first))

        return numbers
