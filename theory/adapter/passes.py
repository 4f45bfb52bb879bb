"""Passes: the gradient oracle that a closure is to a method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch

from theory.adapter.layout import Layout
from theory.adapter.replay import Replay
from theory.adapter.tensors import Tensors


class Weights:
    """The parameters during a step: where they stand, and what the last pass left.

    Args:
        layout: of the parameters.
        replay: of what a pass changes beside gradients.
    """

    def __init__(self, layout: Layout, replay: Replay) -> None:
        self.layout, self.replay = layout, replay
        self.home = self.here = layout.point()
        self.last: Tensors | None = None
        self.used = [False] * len(layout.parameters)
        self.grads: list = []

    def go(self, x: Tensors) -> None:
        """Sets the parameters to a point."""
        if x is not self.here:
            # Half-written parameters are somewhere else, too.
            self.here = None
            self.layout.write(x)
            self.here = x

    def gradient(self, closure: Callable[[], Any], x: Tensors) -> tuple[Tensors, Any]:
        """One evaluation of a closure: the gradient and the loss at x."""
        if self.last is not None:
            _ = self.last.parts  # out of the gradients, before they go
        self.layout.clear_gradients()
        self.go(x)
        with torch.enable_grad():
            loss = closure()
        _check(loss)
        self.grads = grads = self.layout.gradients()
        self.used = [u or g is not None for u, g in zip(self.used, grads, strict=True)]
        self.last = Tensors(lambda: self.layout.flat(grads))
        return self.last, loss

    def leave(self, d: Tensors) -> None:
        """Sets the gradients to a direction."""
        last = self.last
        if d is not last and (d._parts is not last._parts or self.missing):
            self.layout.write_gradients(d, self.used)
        elif d is not last:
            self._rescale(d)

    @property
    def missing(self) -> bool:
        """Whether the last pass left out a gradient that an earlier one had."""
        return any(u and g is None for u, g in zip(self.used, self.grads, strict=True))

    def _rescale(self, d: Tensors) -> None:
        rows = iter(self.grads)
        for part, factor in zip(self.layout.parts, d.factors, strict=True):
            grads = [g for g in (next(rows) for _ in part) if g is not None]
            if grads:
                torch._foreach_mul_(grads, factor)


class Pass:
    """One closure as a sample: its gradient and its loss at any point.

    The first call is the clean pass; every other one replays the random numbers and
    buffers that it found.

    Args:
        closure: evaluates the loss and its gradient at the parameters.
        weights: the parameters.
    """

    size = 1

    def __init__(self, closure: Callable[[], Any], weights: Weights) -> None:
        self.closure, self.weights = closure, weights
        self.before: tuple | None = None
        self.loss: Any = None
        self.losses: WeakKeyDictionary = WeakKeyDictionary()

    def __call__(self, x: Tensors) -> Tensors:
        r"""$\nabla f(x)$."""
        if self.before is None:
            self.before = self.weights.replay.now()
            g, self.loss = loss = self.weights.gradient(self.closure, x)
            loss = self.loss
        else:
            with self.weights.replay.replaying(self.before):
                g, loss = self.weights.gradient(self.closure, x)
        self.losses[x] = torch.as_tensor(loss).detach()
        return g

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`; known where the gradient has been asked for."""
        if x not in self.losses:
            self(x)
        return self.losses[x]

    def split(self, m: int) -> list[Pass]:
        """Refused: a closure is one batch."""
        raise ValueError(
            f"one closure does not split into {m} shards: pass `step([closure_1, ..., "
            f"closure_{m}])`, one for each."
        )


class Passes:
    """Several closures, the shards of one batch, as a sample: their mean.

    Args:
        shards: of one size.
    """

    def __init__(self, shards: Sequence[Pass]) -> None:
        self.shards = list(shards)

    @property
    def loss(self) -> torch.Tensor:
        """The mean loss of the clean passes."""
        losses = [torch.as_tensor(shard.loss).detach() for shard in self.shards]
        return sum(losses[1:], start=losses[0]) / len(losses)

    def __call__(self, x: Tensors) -> Tensors:
        r"""$\nabla f(x)$, the mean over the shards."""
        first, *rest = self.shards
        total = first(x)
        for shard in rest:
            total = total + shard(x)
        return total / len(self.shards)

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`."""
        values = [shard.value(x) for shard in self.shards]
        return sum(values[1:], start=values[0]) / len(values)

    def split(self, m: int) -> list[Pass]:
        """The closures.

        Raises:
            ValueError: there are not m of them.
        """
        if m != len(self.shards):
            raise ValueError(
                f"`step` has {len(self.shards)} closures, the method takes {m} shards."
            )
        return self.shards


def _check(loss: Any) -> None:
    scalar = isinstance(loss, (int, float)) or getattr(loss, "numel", int)() == 1
    if not scalar:
        shape = f"shape {tuple(loss.shape)}" if hasattr(loss, "shape") else f"{loss!r}"
        raise ValueError(
            f"the closure of `SharpnessAware.step` must return the loss, got {shape}."
        )
