"""The loss of one network, or of a block of them, and its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.func import vmap

from landscapes import losses
from landscapes.architecture import Architecture
from landscapes.many import ManyForms
from landscapes.random_state import seeded


@dataclass(frozen=True, eq=False)
class Evaluation:
    r"""$f(w) = \frac1b\sum_i l(z(x_i; w), y_i)$ and what is asked of it.

    Every public function takes the points w, examples and targets, and `many`: w is
    `(P,)` for one member, `(k, P)` for k at once. Then the loss of each is mapped by
    `torch.func.vmap`, and torch differentiates their sum: no member depends on another,
    so that the sum's gradient is all gradients (measured faster than `vmap` of a
    gradient; likewise twice, for Hessian-vector products).

    Args:
        architecture: of all members.
        loss: see `landscapes.losses`.
        draw: run and step that decide the random numbers of a pass; None: evaluation
            mode.
        own: examples and targets have a first axis of members.
    """

    architecture: Architecture
    loss: str | Callable
    draw: tuple[int, int] | None
    own: bool

    def outputs(self, w, X, y, many: bool) -> torch.Tensor:
        """`([k,] b, c)`."""
        return self._mapped(self._outputs, self.architecture.pieces(w), X, y, many)

    def losses(self, w, X, y, many: bool) -> torch.Tensor:
        """`([k,] b)`."""
        return self._mapped(self._losses, self.architecture.pieces(w), X, y, many)

    def values(self, w, X, y, many: bool) -> torch.Tensor:
        """`([k])`."""
        return self._mapped(self._value, self.architecture.pieces(w), X, y, many)

    def gradients(self, w, X, y, many: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Values and gradients, `([k])` and `([k,] P)`."""
        with torch.enable_grad():
            values, pieces = self._free(w, X, y, many)
            g = _derivative(_sum(values), pieces, w.requires_grad)
        return values if w.requires_grad else values.detach(), _joined(g, w)

    def losses_and_gradients(
        self, w, X, y, many: bool, active: Sequence[bool] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Losses and gradients, `([k,] b)` and `([k,] P)`, in one pass.

        The gradient is by the active parameter tensors, and zero by the others.
        """
        on = active or (True,) * len(self.architecture.sizes)
        with torch.enable_grad():
            losses, pieces = self._free(w, X, y, many, self._losses)
            chosen = [p for p, its in zip(pieces, on, strict=True) if its]
            total = losses.mean(-1).sum()
            found = _derivative(total, chosen, w.requires_grad) if chosen else ()
            found = iter(found)
            g = [
                next(found) if its else torch.zeros_like(p)
                for p, its in zip(pieces, on, strict=True)
            ]
        return losses if w.requires_grad else losses.detach(), _joined(g, w)

    def squares(self, w, X, y, many: bool, count: int) -> torch.Tensor:
        r"""$\sum_{i<k} (\nabla l_i)^2$, `([k,] P)`, by one pass forward and k backward.

        The samples stay together, so that batch normalisation sees all of them.
        """
        with torch.enable_grad():
            losses, pieces = self._free(w, X, y, many, self._losses)
            total = torch.zeros_like(w)
            for i in range(count):
                loss = losses[..., i].sum()
                g = torch.autograd.grad(
                    loss, pieces, retain_graph=True, materialize_grads=True
                )
                total = total + _joined(g, w) ** 2
        return total

    def products(self, w, v, X, y, many: bool) -> torch.Tensor:
        """Hessian-vector products, `([k,] P)`."""
        with torch.enable_grad():
            values, pieces = self._free(w, X, y, many)
            g = _derivative(_sum(values), pieces, True)
            along = zip(g, self.architecture.pieces(v), strict=True)
            slope = sum((a * b).sum() for a, b in along)
            if not slope.requires_grad:  # f is linear in w
                return torch.zeros_like(w)
            return _joined(_derivative(slope, pieces, w.requires_grad), w)

    def _outputs(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return self.architecture.call(pieces, X, training=self.draw is not None)

    def _losses(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return losses.each(self.loss, self._outputs(pieces, X, y), y)

    def _value(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return losses.mean(self.loss, self._outputs(pieces, X, y), y)

    def _mapped(self, function: Callable, pieces: list, X, y, many: bool) -> Any:
        """A function of one member's parameter tensors, of one or of k."""
        if not many:
            return function(pieces, X, y)
        data = 0 if self.own else None
        with ManyForms(self.loss):
            return vmap(function, (0, data, data), randomness="same")(pieces, X, y)

    def random(self, device: torch.device) -> AbstractContextManager:
        """Where every evaluation stands, so that it sees its step's random numbers."""
        if self.draw is None:
            return nullcontext()
        words = np.random.SeedSequence(self.draw).generate_state(1, np.uint64)
        return seeded(device, int(words[0]))

    def _free(
        self, w, X, y, many: bool, function: Callable | None = None
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Values, and the parameter tensors to differentiate them by."""
        if w.requires_grad:  # the caller differentiates the result
            pieces = self.architecture.pieces(w)
        else:
            pieces = [p.requires_grad_() for p in self.architecture.pieces(w.detach())]
        return self._mapped(function or self._value, pieces, X, y, many), pieces


def _sum(values: torch.Tensor) -> torch.Tensor:
    return values.sum() if values.ndim else values


def _derivative(value: torch.Tensor, pieces: list, create_graph: bool) -> tuple:
    """Of a number by parameter tensors; zero by those that it does not depend on."""
    return torch.autograd.grad(
        value, pieces, create_graph=create_graph, materialize_grads=True
    )


def _joined(pieces: tuple, w: torch.Tensor) -> torch.Tensor:
    """Parameter tensors as vectors, of the shape of w."""
    return torch.cat([p.reshape(*w.shape[:-1], -1) for p in pieces], -1)
