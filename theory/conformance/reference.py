"""What the definition of a method says of a problem: the points, and the cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from landscapes.sample import Sample
from theory.conformance.exact import RHO
from theory.method import Method


class Surface:
    """A problem as a landscape of one flat vector, which counts its evaluations.

    Args:
        problem: a model whose value is its loss.
    """

    def __init__(self, problem: type[torch.nn.Module]) -> None:
        self.model, self.name, self.evaluations = problem(), problem.__name__, 0
        self.segments: dict[str, slice] = {}
        start = 0
        for name, p in self.model.named_parameters():
            self.segments[name] = slice(start, start + p.numel())
            start += p.numel()
        self.start = parameters_to_vector(self.model.parameters()).detach().numpy()
        self._known: dict[bytes, float] = {}

    def gradient(self, x: np.ndarray) -> np.ndarray:
        r"""$\nabla f(x)$; one evaluation."""
        return self._slope(x, create_graph=False).numpy()

    def value(self, x: np.ndarray) -> np.ndarray:
        """$f(x)$; one evaluation where the gradient was not asked for."""
        if x.tobytes() not in self._known:
            self.gradient(x)
        return np.array(self._known[x.tobytes()])

    def hvp(self, x: np.ndarray, v: np.ndarray) -> np.ndarray:
        r"""$\nabla^2 f(x)\, v$; one evaluation."""
        slope = self._slope(x, create_graph=True) @ torch.tensor(v)
        if not slope.requires_grad:
            return 0.0 * x
        return self._flat(slope, allow_unused=True, materialize_grads=True).numpy()

    def _slope(self, x: np.ndarray, create_graph: bool) -> torch.Tensor:
        self.evaluations += 1
        vector_to_parameters(torch.tensor(x), self.model.parameters())
        loss = self.model()
        self._known[x.tobytes()] = loss.item()
        return self._flat(loss, create_graph=create_graph)

    def _flat(self, value: torch.Tensor, **options: Any) -> torch.Tensor:
        parts = torch.autograd.grad(value, list(self.model.parameters()), **options)
        return parameters_to_vector(parts)


def known(
    method: Method, problem: type[torch.nn.Module], steps: int, lr: float
) -> dict[str, Any]:
    """Where gradient descent along the method's directions ends, and what it costs.

    Args:
        method: gives the direction; its radius becomes `RHO`.
        problem: a model whose value is its loss.
        steps: to take.
        lr: their learning rate.

    Returns:
        `{"lr", "steps", "end", "evaluations"}`, the last two its last point and how
        often the loss or its gradient was evaluated.

    Raises:
        ValueError: the method needs more than a loss, its gradient and products.
    """
    surface, method = Surface(problem), method.having(rho=RHO)
    x = surface.start
    state = method.init(x)
    for t in range(steps):
        d, _, state = method.direction(x, state, Sample(surface, t, 0))
        x = x - lr * d
    end = [float(each) for each in x]
    counted = surface.evaluations
    return {"lr": lr, "steps": steps, "end": end, "evaluations": counted}
