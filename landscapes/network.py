"""A torch module with data and a loss, as a landscape over its flat parameters."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.func import vmap

from landscapes import engine as engines
from landscapes.architecture import Architecture, seeded
from landscapes.landscape import Landscape
from landscapes.losses import LOSSES
from landscapes.many import ManyForms
from landscapes.minibatch import MiniBatch, samples
from landscapes.supervised import chosen, fit, tensors

__all__ = ["LOSSES", "Network"]


@dataclass(frozen=True, eq=False)
class Network(Landscape):
    r"""$f(w) = \frac1n\sum_i l(z(x_i; w), y_i)$, z a torch module, w flat `(..., P)`.

    w holds the parameters that require gradients, in the module's order; the module
    itself is copied and never touched. f is a function of w alone: batch normalisation
    uses the statistics of the samples at hand and keeps none, and dropout is off. A
    mini-batch of `sample` has dropout on, with masks that its seed and step decide:
    both evaluations of a step see the same, and so do all members.

    Leading axes of w are members. `looped` computes them one by one, `batched` in
    blocks through `torch.func.vmap`; `auto` times both when a function first meets a
    number of members, and takes the faster. Both agree to rounding, not to the last
    bit: what must come out the same whatever the machine's load names its engine.

    Args:
        module: the architecture; its own parameters are the default start, their dtype
            and device those of the landscape.
        X: examples, `(n, *shape)`, NumPy or torch.
        y: targets, `(n,)` labels or `(n, c)` numbers.
        loss: a name out of `LOSSES`, or per-sample losses of (outputs, targets).
        name: for messages.
        engine: `batched`, `looped` or `auto`.
        block: members computed at once; None: by `engine.block_size`.
        architecture: the module, copied and looked at; None: made of it.
        draw: what decides the random numbers of a pass; None: evaluation mode.
        runs: leading axes of X and y, a mini-batch a member.

    Raises:
        ValueError: the module has no parameters, labels are out of range, a number is
            not finite, shapes do not match, or the loss is not one number a sample.
    """

    module: nn.Module
    X: Any
    y: Any
    loss: str | Callable = "cross_entropy"
    name: str = "network"
    engine: str = "auto"
    block: int | None = None
    architecture: Architecture | None = None
    draw: tuple[int, int] | None = None
    runs: tuple[int, ...] = ()

    kinds = ("torch",)
    batched = ()
    box = ()
    constants = {}  # noqa: RUF012

    def __post_init__(self) -> None:
        """Looks at what was given, once; mini-batches are not looked at again."""
        if self.engine not in engines.ENGINES:
            raise ValueError(
                f"`{self.name}` takes an engine of {', '.join(engines.ENGINES)}, got "
                f"`{self.engine}`."
            )
        if self.architecture is None:
            chosen(self.loss)
            made = Architecture.of(self.module, self.name)
            X, y = tensors(self.name, self.X, self.y, made.example)
            made = made.probed(X[:2])
            fit(self.name, made, X, y, self.loss)
            for field, value in (("X", X), ("y", y), ("architecture", made)):
                object.__setattr__(self, field, value)

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.y.shape[len(self.runs)]

    @property
    def dim(self) -> int:
        """The number of parameters P."""
        return self.architecture.dim

    @property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor lies in w."""
        return self.architecture.segments

    @property
    def start(self) -> torch.Tensor:
        """The module's own parameters, `(P,)`."""
        return self.flat(self.module).to(self.architecture.example)

    def locate(self) -> np.ndarray:
        """No critical point is known."""
        return np.empty((0, self.dim))

    def flat(self, module: nn.Module) -> torch.Tensor:
        """The parameters of a module of this architecture as one vector, `(P,)`."""
        return self.architecture.flat(module)

    def load(self, module: nn.Module, w: torch.Tensor) -> nn.Module:
        """Writes `(P,)` into a module of this architecture, in place; gives it back."""
        return self.architecture.load(module, w)

    def initial(self, seed: int) -> torch.Tensor:
        """Parameters drawn anew by the layers' own initialisation, `(P,)`.

        The same for every dtype and device; the global random state stays as it is.
        """
        return self.architecture.initial(seed)

    def to(self, device: Any = None, dtype: torch.dtype | None = None) -> Network:
        """The same landscape on another device or in another dtype."""
        made = self.architecture.to(device, dtype)
        X, y = (
            each.to(made.example) if each.is_floating_point() else each.to(device)
            for each in (self.X, self.y)
        )
        return replace(self, X=X, y=y, architecture=made)

    def check(self, x: Any) -> None:
        """Refuses points that are no torch tensors of this dtype, device and P."""
        own = self.architecture.example
        if not isinstance(x, torch.Tensor):
            raise ValueError(
                f"`{self.name}` takes torch points (..., {self.dim}), got "
                f"{type(x).__module__}.{type(x).__name__}."
            )
        if x.dtype != own.dtype or x.device != own.device:
            raise ValueError(
                f"`{self.name}` takes points of {own.dtype} on {own.device}, got "
                f"{x.dtype} on {x.device}."
            )
        super().check(x)

    # One member: parameter tensors, examples, targets.

    def _outputs(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return self.architecture.call(pieces, X, training=self.draw is not None)

    def _losses(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return chosen(self.loss)(self._outputs(pieces, X, y), y)

    def _value(self, pieces: list, X: Any, y: Any) -> torch.Tensor:
        return self._losses(pieces, X, y).mean()

    # One member, `(P,)`, or a block of them, `(k, P)`.

    def _evaluate(self, function: Callable, pieces: list, X, y, many: bool) -> Any:
        """A function of one member's parameter tensors, of one or of a block."""
        with seeded(self.X.device, _seed(self.draw)) if self.draw else nullcontext():
            if not many:
                return function(pieces, X, y)
            data = 0 if self.runs else None
            with ManyForms():
                return vmap(function, (0, data, data), randomness="same")(pieces, X, y)

    def _plain(self, function: Callable, w, X, y, many: bool) -> torch.Tensor:
        return self._evaluate(function, self.architecture.pieces(w), X, y, many)

    def _slope(self, w, X, y, many: bool) -> tuple:
        """Values, gradients and the parameter tensors that they belong to."""
        with torch.enable_grad():
            free = w if w.requires_grad else w.detach()
            pieces = self.architecture.pieces(free)
            if not w.requires_grad:
                pieces = [p.requires_grad_() for p in pieces]
            values = self._evaluate(self._value, pieces, X, y, many)
            return values, pieces

    def _gradients(self, w, X, y, many: bool) -> tuple[torch.Tensor, torch.Tensor]:
        values, pieces = self._slope(w, X, y, many)
        g = _derivative(values.sum(), pieces, create_graph=w.requires_grad)
        return values if w.requires_grad else values.detach(), _joined(g, w)

    def _products(self, w, v, X, y, many: bool) -> torch.Tensor:
        values, pieces = self._slope(w, X, y, many)
        g = _derivative(values.sum(), pieces, create_graph=True)
        with torch.enable_grad():
            along = self.architecture.pieces(v)
            total = sum((a * b).sum() for a, b in zip(g, along, strict=True))
        if not total.requires_grad:  # f is linear in w
            return torch.zeros_like(w)
        return _joined(_derivative(total, pieces, create_graph=w.requires_grad), w)

    # All members.

    def _members(self, name: str, function: Callable, *points: torch.Tensor) -> Any:
        """A function of a block, for all leading axes; a tensor or several."""
        for point in points:
            self.check(point)
        lead = torch.broadcast_shapes(self.runs, *(p.shape[:-1] for p in points))
        if not lead:
            return function(*points, self.X, self.y, False)
        flat = [p.expand(*lead, self.dim).reshape(-1, self.dim) for p in points]
        which = None
        if self.runs:
            count = torch.arange(int(np.prod(self.runs)), device=self.X.device)
            which = count.view(self.runs).expand(lead).reshape(-1)
        run = partial(self._block, function, flat, which)
        found = engines.compute(run, len(flat[0]), *self._plan(name, run, len(flat[0])))
        if isinstance(found[0], tuple):
            return tuple(_stacked(parts, lead) for parts in zip(*found, strict=True))
        return _stacked(found, lead)

    def _block(self, function, flat: list, which: Any, part: slice, many: bool) -> Any:
        """A function of the members of a part, each result `(k, ...)`."""
        X, y, at = self.X, self.y, part if many else part.start
        if which is not None:
            depth = len(self.runs)
            X, y = (each.flatten(0, depth - 1)[which[at]] for each in (X, y))
        found = function(*(p[at] for p in flat), X, y, many)
        if many:
            return found
        if isinstance(found, tuple):
            return tuple(each[None] for each in found)
        return found[None]

    def _plan(self, name: str, run: Callable, count: int) -> tuple[int, bool]:
        """The size of a block, and whether to compute many at once."""
        own, plans = self.architecture.example, self.architecture.plans
        numbers = self.n * self.architecture.width
        usual = engines.block_size(numbers, own.element_size(), own.device.type)
        size = self.block or usual
        if self.engine != "auto" or count < 2:
            return size, self.engine == "batched"
        threads = torch.get_num_threads()
        key = (name, count, size, self.X.shape, self.runs, self.loss, threads)
        if key not in plans:
            plans[key] = engines.measured(run, count, size, own.device)
        return size, plans[key]

    def outputs(self, w: torch.Tensor) -> torch.Tensor:
        """What the network says, `(..., n, c)`."""
        return self._members("outputs", partial(self._plain, self._outputs), w)

    def losses(self, w: torch.Tensor) -> torch.Tensor:
        """The loss of each sample, `(..., n)`."""
        return self._members("losses", partial(self._plain, self._losses), w)

    def value(self, w: torch.Tensor) -> torch.Tensor:
        """The mean loss, `(...)`."""
        return self._members("value", partial(self._plain, self._value), w)

    def accuracy(self, w: torch.Tensor) -> torch.Tensor:
        """The share of labels that the largest output hits, `(...)`, float64.

        Raises:
            ValueError: the targets are no labels.
        """
        if self.y.is_floating_point():
            raise ValueError(f"`{self.name}` has no labels to be accurate on.")
        return (self.outputs(w).argmax(-1) == self.y).double().mean(-1)

    def gradient(self, w: torch.Tensor) -> torch.Tensor:
        r"""$\nabla f(w)$, `(..., P)`; differentiable where w requires gradients."""
        return self.value_and_gradient(w)[1]

    def value_and_gradient(self, w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        r"""$f(w)$ and $\nabla f(w)$ at the cost of one gradient."""
        return self._members("gradient", self._gradients, w)

    def hvp(self, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        r"""$\nabla^2 f(w) v$, `(..., P)`, by differentiating $\langle g, v\rangle$."""
        return self._members("hvp", self._products, w, v)

    def hessian(self, w: torch.Tensor) -> torch.Tensor:
        r"""$\nabla^2 f(w)$, `(..., P, P)`, P Hessian-vector products at once."""
        basis = torch.eye(self.dim, dtype=w.dtype, device=w.device)
        if self.runs:  # a mini-batch a member: the products one after another
            return torch.stack([self.hvp(w, e.expand_as(w)) for e in basis], -1)
        return self.hvp(w[..., None, :], basis).mT

    def restrict(self, indices: Any) -> Network:
        """The mean over some samples.

        Args:
            indices: integers `(b,)`, the same samples for all members, or `(..., b)`,
                a mini-batch a member: leading axes broadcast with those of points.
        """
        if isinstance(indices, torch.Tensor):
            indices = indices.cpu()
        idx = torch.as_tensor(samples(indices, self.n, self.name), device=self.X.device)
        if not self.runs:
            return replace(self, X=self.X[idx], y=self.y[idx], runs=idx.shape[:-1])
        runs = torch.broadcast_shapes(self.runs, idx.shape[:-1])
        idx = idx.expand(*runs, idx.shape[-1])
        at = torch.meshgrid(*(torch.arange(k) for k in runs), indexing="ij")
        at = (*(a[..., None] for a in at), idx)
        X, y = (
            each.expand(*runs, *each.shape[len(self.runs) :])[at]
            for each in (self.X, self.y)
        )
        return replace(self, X=X, y=y, runs=runs)

    def sample(self, indices: Any, t: int = 0, seed: int = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples.

        Args:
            indices: as in `restrict`.
            t: the step.
            seed: of the run; with t it decides the masks of dropout.
        """
        drawn = (seed, int(t)) if self.architecture.stochastic else None
        return MiniBatch(replace(self.restrict(indices), draw=drawn), t)


def _seed(draw: tuple[int, int]) -> int:
    """A generator's seed from a run's and a step's."""
    return int(np.random.SeedSequence(draw).generate_state(1, np.uint64)[0])


def _derivative(value: torch.Tensor, pieces: list, create_graph: bool) -> tuple:
    """Of a number by parameter tensors; zero by those that it does not depend on."""
    return torch.autograd.grad(
        value, pieces, create_graph=create_graph, materialize_grads=True
    )


def _joined(pieces: Any, w: torch.Tensor) -> torch.Tensor:
    """Parameter tensors of one member or a block as vectors, of the shape of w."""
    return torch.cat([p.reshape(*w.shape[:-1], -1) for p in pieces], -1)


def _stacked(parts: Any, lead: tuple[int, ...]) -> torch.Tensor:
    """Results of blocks, beside the leading axes."""
    whole = parts[0] if len(parts) == 1 else torch.cat(parts)
    return whole.reshape(*lead, *whole.shape[1:])
