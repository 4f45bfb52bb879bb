"""Methods that see mini-batches of a finite sum, so that every engine runs them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import numpy as np

from landscapes.draw import epoch
from landscapes.finite_sum import FiniteSum
from landscapes.minibatch import MiniBatch
from theory.blocked import take
from theory.method import Method


@dataclass(frozen=True, eq=False)
class Sections(FiniteSum):
    """A finite sum whose parameters lie in two tensors of weights."""

    @property
    def segments(self) -> dict[str, slice]:
        """Two halves; of an odd number the second is the larger."""
        half = self.dim // 2
        return {"first.weight": slice(0, half), "second.weight": slice(half, self.dim)}

    @classmethod
    def of(cls, whole: FiniteSum) -> Sections:
        """The same sum, in two tensors."""
        return cls(*(getattr(whole, spec.name) for spec in fields(FiniteSum)))


@dataclass(frozen=True, eq=False)
class Seen(Method):
    """A method that is shown a mini-batch in every step, the same one in all runs.

    Epoch by epoch all samples are shown once; with `batch` = n all of them in each
    step. What takes one run at a time takes one after another.

    Args:
        method: what is shown them.
        whole: the sum over all samples.
        batch: how many samples, out of 1 to n.
        seed: of their order and of the method's draws.
    """

    method: Method
    whole: FiniteSum = field(metadata={"static": True})
    batch: int = field(metadata={"static": True})
    seed: int = field(default=0, metadata={"static": True})

    @property
    def label(self) -> str:
        """The method's."""
        return self.method.label

    @property
    def radius_unit(self) -> str:
        """The method's."""
        return self.method.radius_unit

    def init(self, x):
        """The method's; of one that takes a run at a time a row a run."""
        if not self.method.alone:
            return self.method.init(x)
        none = np.zeros((len(x), self.whole.n))
        return none, none

    def direction(self, x, state, gradient):
        """The method's, on this step's mini-batch."""
        sample = self.sample(gradient.step)
        if not self.method.alone:
            return self.method.direction(x, state, sample)
        rows = [_row(self.method, x, state, sample, i) for i in range(len(x))]
        d, g, state = zip(*rows, strict=True)
        return np.stack(d), np.stack(g), tuple(map(np.stack, zip(*state, strict=True)))

    def sample(self, t: int) -> MiniBatch:
        """What is shown in step t."""
        n, b = self.whole.n, self.batch
        shown = order(n, b, self.seed, t // (n // b))[t % (n // b)]
        return self.whole.sample(shown, t, self.seed)


@lru_cache(maxsize=4096)
def order(n: int, batch: int, seed: int, number: int) -> np.ndarray:
    """The mini-batches of an epoch, `(n // batch, batch)`."""
    if batch == n:
        return np.arange(n)[None]
    return epoch(n, batch, np.random.default_rng([seed, number]))


def _row(method: Method, x: Any, state: tuple, sample: MiniBatch, i: int) -> tuple:
    """One run's step."""
    row = tuple(each[i] for each in state)
    return take(method, i).direction(x[i], row, sample)
