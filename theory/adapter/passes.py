"""Passes: closures as the samples a method asks for gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch

from theory.adapter.clock import Clock
from theory.adapter.tensors import Tensors
from theory.adapter.weights import Weights
from theory.method import Method


class Told:
    """What both kinds of sample tell of the step they belong to.

    Single samples, and how many there are, a closure does not tell.

    Args:
        weights: the parameters.
        clock: of the optimizer.
    """

    lacking = "a closure cannot give"

    def __init__(self, weights: Weights, clock: Clock) -> None:
        self.weights = weights
        self.step, self.epoch = clock.step, clock.epoch
        self.new_epoch, self.uniform = clock.new_epoch, clock.uniform

    @property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor lies in a point."""
        return self.weights.segments


class Pass(Told):
    """One closure as a sample: its gradient and its loss at any point.

    The first call is the clean pass, which advances random numbers and buffers; every
    other call finds them as the first one did, and leaves them as it found them.

    Args:
        closure: evaluates the loss and its gradient at the parameters.
        weights: the parameters.
        clock: of the optimizer.
    """

    def __init__(
        self, closure: Callable[[], Any], weights: Weights, clock: Clock
    ) -> None:
        super().__init__(weights, clock)
        self.closure = closure
        self.before: tuple | None = None
        self.loss: Any = None
        self.known: WeakKeyDictionary[Tensors, Any] = WeakKeyDictionary()

    def __call__(self, x: Tensors) -> Tensors:
        r"""$\nabla f(x)$."""
        if self.before is None:
            self.before = self.weights.replay.now()
            g, loss = self.weights.evaluate(self.closure, x)
            self.loss = loss
        else:
            with self.weights.replay.replaying(self.before):
                g, loss = self.weights.evaluate(self.closure, x)
        self.known[x] = loss
        return g

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`; it costs nothing where the gradient was asked for."""
        if x not in self.known:
            self(x)
        return number(self.known[x])

    def hvp(self, x: Tensors, v: Tensors) -> Tensors:
        r"""$\nabla^2 f(x)\, v$; never the clean pass."""
        replay = self.weights.replay
        with replay.replaying(self.before or replay.now()):
            return self.weights.product(self.closure, x, v)

    def split(self, m: int) -> list[Pass]:
        """Refused: one closure is one batch.

        Raises:
            ValueError: says how to give shards.
        """
        raise ValueError(
            f"one closure does not split into {m} shards: call `step([closure_1, ..., "
            f"closure_{m}])`, a closure for each."
        )


class Shard(Pass):
    """One of several closures, all of one size, whatever that is."""

    size = 1


class Passes(Told):
    """Several closures as a sample: the mean over the equal shards of a batch.

    Args:
        closures: one for each shard.
        weights: the parameters.
        clock: of the optimizer.
    """

    def __init__(
        self, closures: Sequence[Callable[[], Any]], weights: Weights, clock: Clock
    ) -> None:
        super().__init__(weights, clock)
        self.shards = [Shard(closure, weights, clock) for closure in closures]

    @property
    def loss(self) -> torch.Tensor:
        """The mean of the clean passes."""
        return _mean([number(shard.loss) for shard in self.shards])

    def __call__(self, x: Tensors) -> Tensors:
        r"""$\nabla f(x)$."""
        return _mean([shard(x) for shard in self.shards])

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`."""
        return _mean([shard.value(x) for shard in self.shards])

    def hvp(self, x: Tensors, v: Tensors) -> Tensors:
        r"""$\nabla^2 f(x)\, v$."""
        return _mean([shard.hvp(x, v) for shard in self.shards])

    def split(self, m: int) -> list[Shard]:
        """The shards.

        Raises:
            ValueError: their number is another.
        """
        if m != len(self.shards):
            raise ValueError(
                f"the method splits into {m} shards, `step` got {len(self.shards)} "
                "closures."
            )
        return self.shards


def direct(
    method: Method,
    state: Any,
    weights: Weights,
    closures: Sequence[Callable],
    clock: Clock,
) -> tuple[Any, Any]:
    """Sets the gradients to a method's direction; parameters come back.

    Args:
        method: gives the direction.
        state: the method's; None before its first step.
        weights: the parameters.
        closures: one, or the shards of a batch.
        clock: of the optimizer.

    Returns:
        `(loss, state)`: of the clean pass, and the method's next.
    """
    one = len(closures) == 1
    told = (weights, clock)
    sample = Pass(closures[0], *told) if one else Passes(closures, *told)
    if state is None:
        state = method.init(weights.home)
    d, _, state = method.direction(weights.home, state, sample)
    weights.go(weights.home)
    if state and weights.last is not None:
        _ = weights.last.parts  # a state may keep it, and the gradients change now
    weights.leave(d)
    weights.last = None  # the base needs memory of its own
    return sample.loss, state


def number(loss: Any) -> torch.Tensor:
    """A loss as a tensor `()`, without its graph."""
    if isinstance(loss, torch.Tensor):
        return loss.detach().reshape(())
    return torch.tensor(loss, dtype=torch.float64)


def _mean(terms: list) -> Any:
    return sum(terms[1:], start=terms[0]) / len(terms)
