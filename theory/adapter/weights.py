"""Weights: the parameters during a step, moved to where a gradient is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import nn

from theory.adapter.curvature import Graphs, check_one_process, products
from theory.adapter.layout import Layout
from theory.adapter.replay import Replay
from theory.adapter.replicas import Replicas
from theory.adapter.tensors import Tensors, at


class Weights:
    """Parameters, where they are, and what the last backward left.

    Args:
        layout: of the parameters.
        replay: of what a pass changes beside gradients.
        replicas: that ascend alone and step together, if any.
        model: knows the parameters' names, if any.
    """

    def __init__(
        self,
        layout: Layout,
        replay: Replay,
        replicas: Replicas | None = None,
        model: nn.Module | None = None,
    ) -> None:
        self.model = model
        self.layout, self.replay, self.replicas = layout, replay, replicas
        self.alone = nullcontext if replicas is None else replicas.alone
        self.home, self.at_home = layout.point(), True
        self.used = [False] * len(layout.parameters)
        self.grads: list[torch.Tensor | None] = []
        self.last: Tensors | None = None

    @cached_property
    def segments(self) -> dict[str, slice]:
        """Where every parameter lies in a point, its parts one after another.

        Raises:
            ValueError: nothing tells their names.
        """
        named = () if self.model is None else self.model.named_parameters()
        names = {id(p): name for name, p in named}
        if any(id(p) not in names for p in self.layout.parameters):
            raise ValueError(
                "the method goes by the names of parameters: `SharpnessAware` needs "
                "model=..., which holds them all."
            )
        ends = accumulate((p.numel() for p in self.layout.parameters), initial=0)
        places = [slice(*ab) for ab in pairwise(ends)]
        keys = [names[id(p)] for p in self.layout.parameters]
        return dict(zip(keys, places, strict=True))

    def go(self, x: Tensors) -> None:
        """Sets the parameters to a point."""
        if not (self.at_home and x is self.home):
            self.at_home = False  # also when this is interrupted
            self.layout.write(x)
            self.at_home = x is self.home

    @contextmanager
    def unless_raised(self) -> Iterator[None]:
        """What is raised inside leaves parameters, buffers, random numbers as before.

        No parameter has a gradient then.
        """
        try:
            yield
        except BaseException:
            self.at_home = False  # the base may have moved them
            self.go(self.home)
            self.layout.clear_gradients()
            if self.replay.first is not None:
                self.replay.put_back(self.replay.first)
            raise

    def evaluate(
        self, closure: Callable[[], Any], x: Tensors, some: bool = True
    ) -> tuple[Tensors, Any]:
        """The gradient of a closure at a point, and what it returns.

        Args:
            closure: leaves gradients.
            x: the point.
            some: whether one must be there.
        """
        if self.last is not None:
            _ = self.last.parts  # copied out of the gradients, which go now
        self.grads = []
        self.layout.clear_gradients()
        self.go(x)
        with torch.enable_grad(), self.alone():
            found = closure()
        self.grads = grads = self.layout.gradients(some)
        there = [g is not None for g in grads]
        if there != self.used:
            self.used = [a or b for a, b in zip(self.used, there, strict=True)]
        join = self.layout.join  # not self: a cycle would outlive the step
        self.last = Tensors(lambda: join(grads))
        return self.last, found

    def look(self, closure: Callable[[], Any], x: Tensors) -> tuple[None, Any]:
        """No gradient, and what a closure returns that leaves none."""
        self.go(x)
        with self.alone():
            return None, closure()

    def product(self, closure: Callable[[], Any], x: Tensors, v: Tensors) -> Tensors:
        """The Hessian of a closure at a point times a vector; one more backward."""
        check_one_process("the method needs Hessian-vector products")
        with Graphs():
            self.evaluate(closure, x)
        rows = self.layout.parameters, self.layout.separate(v)
        found = products(self.grads, *rows)
        self.layout.clear_gradients()  # and their graphs
        self.grads, self.last = [None] * len(found), None
        return Tensors(self.layout.join(found))

    def leave(self, d: Tensors) -> None:
        """Sets the gradients to a direction.

        What the last backward left is taken as it is, or multiplied in place. A
        parameter that no pass has used, of any replica, has none.
        """
        if self.replicas is not None:
            device = self.layout.parameters[0].device
            self.used = self.replicas.anywhere(self.used, device)
        whole = self.used == [g is not None for g in self.grads]
        if not whole or not d.multiple_of(self.last):
            self._write(d)
        elif d.factors is not None:
            self._rescale(d)

    def _write(self, d: Tensors) -> None:
        rows = zip(self.layout.parameters, self.used, strict=True)
        kept = zip(rows, self.layout.separate(d), self.grads, strict=True)
        for (p, used), new, old in kept:
            if used:
                p.grad = torch.empty_like(p) if old is None else old
                p.grad.copy_(new)

    def _rescale(self, d: Tensors) -> None:
        rows = iter(self.grads)
        for part, factor in zip(self.layout.parts, d.factors, strict=True):
            grads = [g for g in (next(rows) for _ in part) if g is not None]
            if grads:
                torch._foreach_mul_(grads, at(factor, grads[0]))
