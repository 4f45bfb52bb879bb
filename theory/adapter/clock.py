"""Clock: which step an optimizer takes, and the random numbers that are its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from landscapes.sample import Sample
from theory.adapter.tensors import Tensors, parted


def at_least_single(x: Tensors) -> torch.dtype:
    """The data type of x, and float32 for a shorter one."""
    return torch.promote_types(x.parts[0].dtype, torch.float32)


@dataclass(frozen=True)
class Clock:
    """What a step knows beside its closure, as `landscapes.sample` defines it.

    Args:
        seed: with the step it decides `uniform`, >= 0.
        per_epoch: steps that an epoch takes, >= 1; at 1 a step sees all the data.
        step: from 0.

    Raises:
        ValueError: one is no whole number in its range.
    """

    seed: int = 0
    per_epoch: int = 1
    step: int = 0

    def __post_init__(self) -> None:
        """Refuses what is no whole number, or too small."""
        for name, least in (("seed", 0), ("per_epoch", 1), ("step", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(
                    f"`SharpnessAware` takes a whole {name} >= {least}, got {value!r}."
                )

    @property
    def epoch(self) -> int:
        """How many epochs were over before this step."""
        return self.step // self.per_epoch

    @property
    def new_epoch(self) -> bool:
        """Whether this is the first step of an epoch."""
        return self.step % self.per_epoch == 0

    @property
    def uniform(self) -> Callable:
        """`uniform(x, *shape, draw=0)`, those of a landscape's sample of this step.

        One a coordinate, over all parts, or a tensor of the shape that is given, no
        less precise than single.
        """
        numbers = Sample(None, self.step, self.seed).uniform

        def drawn(x: Tensors, *shape: int, draw: int = 0) -> Any:
            first = torch.empty(0, dtype=at_least_single(x), device=x.parts[0].device)
            size = shape or (sum(map(len, x.parts)),)
            found = numbers(first, *size, draw=draw)
            return found if shape else parted(found, x)

        return drawn
