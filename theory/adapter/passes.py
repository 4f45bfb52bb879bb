"""Passes: closures as the samples a method asks for gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import torch

from theory.adapter.clock import Clock
from theory.adapter.tensors import Tensors
from theory.adapter.weights import Weights
from theory.method import Method


@dataclass
class Clean:
    """The clean pass of a step, the first.

    Args:
        before: random numbers and buffers as it found them; None: it is to come.
        found: what the closure returned.
    """

    before: tuple | None = None
    found: Any = None


class Told:
    """What all kinds of sample tell of the step they belong to.

    Single samples, and how many there are, a closure does not tell: `Examples` do.

    Args:
        weights: the parameters.
        clock: of the optimizer.
    """

    lacking = "a closure cannot give: call `step(Examples(losses, size))`"

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
        clean: the clean pass, where it is shared.
    """

    def __init__(
        self,
        closure: Callable[[], Any],
        weights: Weights,
        clock: Clock,
        clean: Clean | None = None,
    ) -> None:
        super().__init__(weights, clock)
        self.closure, self.clean = closure, clean or Clean()
        self.known: WeakKeyDictionary[Tensors, Any] = WeakKeyDictionary()

    @property
    def loss(self) -> Any:
        """Of the clean pass, as the closure returned it."""
        return self.clean.found

    def __call__(self, x: Tensors) -> Tensors:
        r"""$\nabla f(x)$."""
        return self._passed(partial(self.weights.evaluate, self.closure), x)

    def _passed(self, work: Callable[[Tensors], tuple], x: Tensors) -> Any:
        """The gradient of a pass at x that gives `(gradient, found)`."""
        if self.clean.before is None:
            self.clean.before = self.weights.replay.now()
            g, found = work(x)
            self.clean.found = found
        else:
            with self.weights.replay.replaying(self.clean.before):
                g, found = work(x)
        self.known[x] = found
        return g

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`; it costs nothing where the gradient was asked for."""
        if x not in self.known:
            self(x)
        return number(self.known[x])

    def hvp(self, x: Tensors, v: Tensors) -> Tensors:
        r"""$\nabla^2 f(x)\, v$; never the clean pass."""
        replay = self.weights.replay
        with replay.replaying(self.clean.before or replay.now()):
            return self.weights.product(self.closure, x, v)

    def split(self, m: int) -> list[Pass]:
        """Refused: one closure is one batch.

        Raises:
            ValueError: says how to give shards.
        """
        raise ValueError(
            f"one closure does not split into {m} shards: call `step([closure_1, ..., "
            f"closure_{m}])`, a closure for each, or `step(Examples(losses, size))`."
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
    sample: Any,
) -> tuple[Any, Any]:
    """Sets the gradients to a method's direction; parameters come back.

    Args:
        method: gives the direction.
        state: the method's; None before its first step.
        weights: the parameters.
        sample: of this step, on these parameters.

    Returns:
        `(loss, state)`: of the clean pass, and the method's next.
    """
    if state is None:
        state = method.init(weights.home)
    d, _, state = method.direction(weights.home, state, sample)
    weights.go(weights.home)
    if state and weights.last is not None:
        _ = weights.last.parts  # a state may keep it, and the gradients change now
    weights.leave(d)
    weights.last = None  # the base needs memory of its own
    return sample.loss, state


def sample_of(
    closures: Sequence[Callable], weights: Weights, clock: Clock
) -> Pass | Passes:
    """One closure, or the shards of a batch, as the sample of a step."""
    made = [partial(checked, closure) for closure in closures]
    return Passes(made, weights, clock) if made[1:] else Pass(*made, weights, clock)


def checked(closure: Callable[[], Any]) -> Any:
    """The loss of a closure.

    Raises:
        ValueError: it is no scalar; names what it is.
    """
    loss = closure()
    if isinstance(loss, torch.Tensor) and loss.numel() != 1:
        raise ValueError(
            "the closure of `SharpnessAware.step` must return a scalar loss, got the "
            f"shape {tuple(loss.shape)}."
        )
    if not isinstance(loss, (int, float, torch.Tensor)):
        raise ValueError(
            f"the closure of `SharpnessAware.step` must return the loss, got {loss!r}."
        )
    return loss


def number(loss: Any) -> torch.Tensor:
    """A loss as a tensor `()`, without its graph."""
    if isinstance(loss, torch.Tensor):
        return loss.detach().reshape(())
    return torch.tensor(loss, dtype=torch.float64)


def _mean(terms: list) -> Any:
    return sum(terms[1:], start=terms[0]) / len(terms)
