"""A torch module with data and a loss, as a landscape over its flat parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, jvp, vmap

from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch, samples


def cross_entropy(outputs: Any, y: Any) -> Any:
    """Of logits `(b, c)` and labels `(b,)`, sample by sample: `(b,)`."""
    return nn.functional.cross_entropy(outputs, y, reduction="none")


def square(outputs: Any, y: Any) -> Any:
    r"""$\frac12\|z - y\|^2$, labels as unit vectors: `(b,)`."""
    if not y.is_floating_point():
        y = nn.functional.one_hot(y, outputs.shape[-1]).to(outputs)
    return ((outputs - y) ** 2).sum(-1) / 2


LOSSES = {"cross_entropy": cross_entropy, "square": square}


@dataclass(frozen=True, eq=False)
class Network(Landscape):
    r"""$f(w) = \frac1n\sum_i l(z(x_i; w), y_i)$, z a torch module, w flat `(..., P)`.

    Args:
        module: the architecture; its own parameters are the default start.
        X: examples, `(n, *shape)`.
        y: targets, `(n,)` labels or `(n, c)` numbers.
        loss: a name out of `LOSSES`, or per-sample losses of (outputs, targets).
        name: for messages.
        engine: `batched`, `looped` or `auto`.
    """

    module: nn.Module
    X: torch.Tensor
    y: torch.Tensor
    loss: str | Callable = "cross_entropy"
    name: str = "network"
    engine: str = "auto"

    kinds = ("torch",)
    batched = ()

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.X)

    @cached_property
    def dim(self) -> int:
        """The number of parameters P."""
        return sum(p.numel() for p in self.module.parameters())

    @cached_property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor lies in w."""
        named = dict(self.module.named_parameters())
        ends = list(accumulate((p.numel() for p in named.values()), initial=0))
        return {k: slice(*ab) for k, ab in zip(named, pairwise(ends), strict=True)}

    @property
    def start(self) -> torch.Tensor:
        """The module's own parameters, `(P,)`."""
        return self.flat(self.module)

    @property
    def box(self):
        """None is known."""
        return ()

    @property
    def constants(self) -> dict[str, float]:
        """None is known."""
        return {}

    def locate(self) -> np.ndarray:
        """No critical point is known."""
        return np.empty((0, self.dim))

    def flat(self, module: nn.Module) -> torch.Tensor:
        """A module's parameters as one vector, `(P,)`."""
        return torch.cat([p.detach().reshape(-1) for p in module.parameters()])

    def initial(self, seed: int) -> torch.Tensor:
        """Parameters drawn anew by the layers' own initialisation, `(P,)`."""
        fresh = copy.deepcopy(self.module)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for layer in fresh.modules():
                if hasattr(layer, "reset_parameters"):
                    layer.reset_parameters()
        return self.flat(fresh)

    def _tensors(self, w: torch.Tensor) -> dict[str, torch.Tensor]:
        shapes = {k: p.shape for k, p in self.module.named_parameters()}
        return {k: w[s].view(shapes[k]) for k, s in self.segments.items()}

    def _outputs(self, w: torch.Tensor) -> torch.Tensor:
        return functional_call(self.module, self._tensors(w), (self.X,))

    def _losses(self, w: torch.Tensor) -> torch.Tensor:
        loss = LOSSES[self.loss] if isinstance(self.loss, str) else self.loss
        return loss(self._outputs(w), self.y)

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        return self._losses(w).mean()

    def _gradient(self, w: torch.Tensor) -> torch.Tensor:
        return torch.func.grad(self._value)(w)

    def _hvp(self, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return jvp(self._gradient, (w,), (v,))[1]

    def _members(self, function: Callable, *points: torch.Tensor) -> torch.Tensor:
        """A function of one member, for all leading axes."""
        self.check(points[0])
        lead = torch.broadcast_shapes(*(p.shape for p in points))[:-1]
        flat = [p.expand(*lead, self.dim).reshape(-1, self.dim) for p in points]
        if not lead:
            return function(*(p[0] for p in flat))
        if self.engine == "looped":
            out = torch.stack([function(*each) for each in zip(*flat, strict=True)])
        else:
            out = vmap(function)(*flat)
        return out.reshape(*lead, *out.shape[1:])

    def outputs(self, w: torch.Tensor) -> torch.Tensor:
        """What the network says, `(..., n, c)`."""
        return self._members(self._outputs, w)

    def losses(self, w: torch.Tensor) -> torch.Tensor:
        """The loss of each sample, `(..., n)`."""
        return self._members(self._losses, w)

    def value(self, w: torch.Tensor) -> torch.Tensor:
        """The mean loss, `(...)`."""
        return self._members(self._value, w)

    def accuracy(self, w: torch.Tensor) -> torch.Tensor:
        """The share of labels that the largest output hits, `(...)`."""
        return (self.outputs(w).argmax(-1) == self.y).double().mean(-1)

    def gradient(self, w: torch.Tensor) -> torch.Tensor:
        r"""$\nabla f(w)$, `(..., P)`."""
        return self._members(self._gradient, w)

    def hvp(self, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        r"""$\nabla^2 f(w) v$, `(..., P)`."""
        return self._members(self._hvp, w, v)

    def restrict(self, indices: Any) -> Network:
        """The mean over some samples, the same for all members, by integers `(b,)`."""
        idx = torch.as_tensor(samples(indices, self.n, self.name), device=self.X.device)
        return replace(self, X=self.X[idx], y=self.y[idx])

    def sample(self, indices: Any, t: int = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch(self.restrict(indices), t)
