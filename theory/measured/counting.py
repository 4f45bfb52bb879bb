"""What a step evaluates, counted on a sum small enough for a claim."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.draw import epoch
from landscapes.finite_sum import FiniteSum
from landscapes.minibatch import MiniBatch
from landscapes.scalar_loss import loss
from theory.iterate import iterate
from theory.method import Method

N, BATCH, DIM = 64, 16, 6
VALUE = 1 / 3  # of a gradient: the pass forward


@dataclass(frozen=True, eq=False)
class Counting(MiniBatch):
    """A mini-batch that counts the samples of which it gives gradients and values.

    Args:
        counts: of `gradients` and `values`, shared with its parts.
    """

    counts: Counter | None = None

    @property
    def segments(self) -> dict[str, slice]:
        """Two tensors of weights."""
        return {"first.weight": slice(0, 2), "second.weight": slice(2, DIM)}

    def __call__(self, x: Any) -> Any:
        """Counted."""
        self.counts["gradients"] += self.size
        return super().__call__(x)

    def losses(self, x: Any) -> Any:
        """Counted."""
        self.counts["values"] += self.size
        return super().losses(x)

    def losses_and_gradient(self, x: Any, active: Any = None) -> tuple[Any, Any]:
        """Counted as a gradient, whose pass forward gives the losses."""
        return self.landscape.losses(x), self(x)


def per_step(method: Method, begin: int, steps: int) -> float:
    """Gradients of a whole batch that a step costs, in the mean.

    Args:
        method: what is run.
        begin: steps that are not counted.
        steps: those that are.
    """
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(N, DIM)), np.sign(rng.normal(size=N))
    whole, counts = FiniteSum(X, y, loss("logistic"), 0.1), Counter()
    orders = [epoch(N, BATCH, rng) for _ in range(-(-(begin + steps) // (N // BATCH)))]
    batches = np.concatenate(orders)

    def sample(t: int) -> Counting:
        if t == begin:
            counts.clear()
        made = whole.sample(batches[t], t)
        return Counting(**vars(made), counts=counts)

    for _ in iterate(
        whole, method, np.ones(DIM), 0.1, begin + steps - 1, sample=sample
    ):
        pass
    return (counts["gradients"] + VALUE * counts["values"]) / BATCH / steps
