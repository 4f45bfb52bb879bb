"""Examples: a batch that tells the loss of each of its examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch

from theory.adapter.clock import Clock, at_least_single
from theory.adapter.curvature import check_one_process
from theory.adapter.passes import Clean, Pass
from theory.adapter.tensors import Tensors
from theory.adapter.weights import Weights


@dataclass(frozen=True, eq=False)
class Examples:
    """A batch of b examples, with the loss of each.

    Args:
        losses: `losses(part)` computes, `(k,)`, the losses of k examples: `part` picks
            them out of the batch, as in `X[part]`. It is a slice, or whole numbers on
            the processor, `(k,)`. No `backward()` is called in it.
        size: b, >= 1.
        indices: which examples of the training set these are, `(b,)`, whole numbers;
            for AUSAM.
        total: how many the training set has; given together with `indices`.

    Raises:
        ValueError: a number is out of range or missing; it names which.
    """

    losses: Callable[[Any], torch.Tensor]
    size: int
    indices: Any = None
    total: int | None = None

    def __post_init__(self) -> None:
        """Looks at the numbers; indices become a tensor."""
        if not callable(self.losses):
            raise ValueError(
                "`Examples` takes losses(part), a function that gives the loss of each "
                f"example, got {self.losses!r}."
            )
        if type(self.size) is not int or self.size < 1:
            raise ValueError(f"`Examples` takes a whole size >= 1, got {self.size!r}.")
        if (self.indices is None) != (self.total is None):
            raise ValueError("`Examples` takes indices and total together, got one.")
        if self.indices is not None:
            object.__setattr__(self, "indices", self._checked())

    def _checked(self) -> torch.Tensor:
        found = torch.as_tensor(self.indices).cpu()
        whole = not (found.is_floating_point() or found.is_complex())
        if not whole or found.dtype is torch.bool or found.shape != (self.size,):
            raise ValueError(
                f"`Examples` takes {self.size} whole numbers as indices, got "
                f"{found.dtype} of shape {tuple(found.shape)}."
            )
        if found.min() < 0 or found.max() >= self.total:
            raise ValueError(
                f"`Examples` takes indices in [0, {self.total}), got {int(found.min())}"
                f" to {int(found.max())}."
            )
        return found.long()


class Part(Pass):
    """Some examples of a batch as a sample, at first all.

    The clean pass is the first over all of them or over a subset; shards have a clean
    pass each, as several closures have.

    Args:
        examples: of the step.
        weights: the parameters.
        clock: of the optimizer.
        chosen: their places in the batch; None: all.
        clean: the clean pass, where it is shared.
    """

    lacking = "`Examples` was not told: give it indices=... and total=..."

    def __init__(
        self,
        examples: Examples,
        weights: Weights,
        clock: Clock,
        chosen: range | torch.Tensor | None = None,
        clean: Clean | None = None,
    ) -> None:
        self.examples, self.clock = examples, clock
        self.chosen = range(examples.size) if chosen is None else chosen
        self.total, self.shards = examples.total, []
        self.each = partial(_each, examples.losses, self.chosen)
        super().__init__(partial(_descend, self.each), weights, clock, clean)

    @property
    def size(self) -> int:
        """How many examples these are."""
        return len(self.chosen)

    @property
    def indices(self) -> torch.Tensor | None:
        """Which of the training set these are, `(k,)`; None: not told."""
        all_of_them = self.examples.indices
        return None if all_of_them is None else all_of_them[_index(self.chosen)]

    @property
    def loss(self) -> torch.Tensor:
        """The mean loss of the clean pass, or of the shards'."""
        if self.clean.found is not None:
            return self.clean.found.mean()
        return sum(s.loss * s.size for s in self.shards) / self.size

    def value(self, x: Tensors) -> torch.Tensor:
        """$f(x)$, `()`; a forward pass where the gradient was not asked for."""
        return self.losses(x).mean()

    def losses(self, x: Tensors) -> torch.Tensor:
        """The loss of each, `(k,)`; it costs nothing where the gradient was asked for.

        No less precise than single.
        """
        if x not in self.known:
            self._passed(partial(self.weights.look, self.each), x)
        return self.known[x].to(at_least_single(x))

    def losses_and_gradient(
        self, x: Tensors, active: Sequence[bool] | None = None
    ) -> tuple[torch.Tensor, Tensors]:
        """`losses(x)` and the gradient, at the cost of the gradient.

        Args:
            x: a point.
            active: a truth value for each of the `segments`: the gradient by the other
                tensors is not computed, and zero; None: by all.
        """
        if active is None or all(active):
            g = self(x)
        elif any(active):
            rows = zip(self.weights.layout.parameters, active, strict=True)
            descend = partial(_descend, self.each, [p for p, on in rows if on])
            g = self._passed(partial(self.weights.evaluate, descend, some=False), x)
        else:
            g = x * 0.0
        return self.losses(x), g

    def squares(self, x: Tensors, count: int) -> Tensors:
        r"""$\sum_i \nabla l_i(x)^2$ of the first examples; never the clean pass.

        All stay together in one forward pass, so that batch normalisation sees what it
        sees in a step; then there is a backward pass for each.
        """
        layout, replay = self.weights.layout, self.weights.replay
        with replay.replaying(self.clean.before or replay.now()), torch.enable_grad():
            _, losses = self.weights.look(self.each, x)
            total = x * 0.0
            for loss in losses[:count]:
                found = torch.autograd.grad(
                    loss, layout.parameters, retain_graph=True, allow_unused=True
                )
                g = Tensors(layout.join(found))
                total = total + g * g
        return total

    def subset(self, places: Any) -> Part:
        """Some of the examples, `(k,)`, by their place among these."""
        places = torch.as_tensor(places).cpu()
        first = self.chosen.start if isinstance(self.chosen, range) else None
        chosen = self.chosen[places] if first is None else places + first
        return Part(self.examples, self.weights, self.clock, chosen, self.clean)

    def split(self, m: int) -> list[Part]:
        """`m` contiguous shards in batch order, of sizes as equal as possible.

        Raises:
            ValueError: m is not between 1 and the number of examples.
        """
        b = self.size
        if not 1 <= m <= b:
            raise ValueError(f"a batch of {b} splits into 1 to {b} shards, got {m}.")
        ends = [j * (b // m) + min(j, b % m) for j in range(m + 1)]
        told = self.examples, self.weights, self.clock
        self.shards = [Part(*told, self.chosen[i:j]) for i, j in pairwise(ends)]
        return self.shards


def one_process(examples: Examples) -> Examples:
    """The examples, refused where several processes have some each.

    Raises:
        ValueError: says so.
    """
    check_one_process("the step is given `Examples`")
    return examples


def _index(chosen: range | torch.Tensor) -> slice | torch.Tensor:
    """What picks the chosen out of a batch, without a copy where they are in a row."""
    if isinstance(chosen, range):
        return slice(chosen.start, chosen.stop)
    return chosen


def _each(losses: Callable, chosen: range | torch.Tensor) -> torch.Tensor:
    """The losses of some examples, `(k,)`.

    Raises:
        ValueError: they are not one for each.
    """
    found, wanted = losses(_index(chosen)), (len(chosen),)
    if not isinstance(found, torch.Tensor) or found.shape != wanted:
        got = tuple(found.shape) if torch.is_tensor(found) else repr(found)
        raise ValueError(
            "the losses of `Examples` must be one for each example (reduction='none'), "
            f"of shape {wanted}, got {got}."
        )
    return found


def _descend(
    each: Callable[[], torch.Tensor], inputs: Sequence[torch.Tensor] | None = None
) -> torch.Tensor:
    """Leaves the gradient of the mean loss, by some parameters only; gives the losses.

    Raises:
        ValueError: the losses have no graph.
    """
    losses = each()
    if not losses.requires_grad:
        raise ValueError(
            "the losses of `Examples` must depend on the parameters, and not be "
            "detached from them."
        )
    losses.mean().backward(inputs=inputs)
    return losses.detach()
