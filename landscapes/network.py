"""A torch module with data and a loss, as a landscape over its flat parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from landscapes import engine as engines
from landscapes.architecture import Architecture
from landscapes.evaluation import Evaluation
from landscapes.landscape import Landscape
from landscapes.losses import LOSSES, known
from landscapes.minibatch import MiniBatch, choose_tensors, samples
from landscapes.probe import probed
from landscapes.recorded import record
from landscapes.supervised import fit, tensors

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
    `traced` is `batched`, the same to the last bit, and records its operations when it
    first meets a shape (a tenth of a second for an MLP, seconds for a transformer):
    then 16 MLPs take half the time, 256 a sixth less. A recording a shape is kept, a
    few megabytes each: it is for runs whose number of members seldom changes.

    Args:
        module: the architecture; its own parameters are the default start, their dtype
            and device those of the landscape.
        X: examples, `(n, *shape)`, NumPy or torch.
        y: targets, `(n,)` labels or `(n, c)` numbers.
        loss: a name out of `LOSSES`, or per-sample losses of (outputs, targets).
        name: for messages.
        engine: `batched`, `traced`, `looped` or `auto`.
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

    def __post_init__(self) -> None:
        """Looks at what was given, once; mini-batches are not looked at again."""
        if self.engine not in engines.ENGINES:
            raise ValueError(
                f"`{self.name}` takes an engine of {', '.join(engines.ENGINES)}, got "
                f"`{self.engine}`."
            )
        if self.block is not None and self.block < 1:
            raise ValueError(
                f"`{self.name}` takes blocks of at least 1, got {self.block}."
            )
        if self.architecture is None:
            known(self.loss)
            made = Architecture.of(self.module, self.name)
            X, y = tensors(self.name, self.X, self.y, made.example)
            made = probed(made, X[:2])
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

    @property
    def constants(self) -> dict[str, float]:
        """None is known."""
        return {}

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
        module = copy.deepcopy(self.module).to(device=device, dtype=dtype)
        return replace(self, module=module, X=X, y=y, architecture=made)

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

    def _members(self, what: str, *points: torch.Tensor, **options: Any) -> Any:
        """What `Evaluation` has by this name, for all leading axes of the points."""
        for point in points:
            self.check(point)
        lead, count = self._lead(points)
        data = self._data(lead)
        if count == 1:
            one = [p.reshape(self.dim) for p in points]
            found = self._call(what, one, data(0), **options)
            return _map(lambda each: each.reshape(lead + each.shape), found)
        flat = [p.expand(*lead, self.dim).reshape(count, self.dim) for p in points]

        def run(part: slice, many: bool) -> Any:
            at = part if many else part.start
            found = self._call(what, [p[at] for p in flat], data(at), many, **options)
            return found if many else _map(lambda each: each[None], found)

        found = engines.compute(run, count, self._size(what, run, count))
        return _map(lambda each: each.reshape(lead + each.shape[1:]), found)

    def _call(
        self, what: str, points: list, data: tuple, many: bool = False, **options: Any
    ) -> Any:
        """Of one member, or of a block of them, with the step's random numbers."""
        own = bool(self.runs)
        evaluation = Evaluation(self.architecture, self.loss, self.draw, own)
        function = partial(getattr(evaluation, what), many=many, **options)
        given = (*points, *data)
        with evaluation.random(self.X.device):
            if (
                not many
                or options  # a record would hold for these alone
                or self.engine != "traced"
                or any(p.requires_grad for p in points)
            ):
                return function(*given)
            shapes = tuple(each.shape for each in given)
            key = (what, self.loss, self.draw is None, own, shapes)
            if key not in self.architecture.plans:
                self.architecture.plans[key] = record(function, *given)
        with evaluation.random(self.X.device):
            return self.architecture.plans[key](*given)

    def _lead(self, points: tuple[torch.Tensor, ...]) -> tuple[torch.Size, int]:
        """All leading axes, of points and mini-batches, and the number of members."""
        leads = {self.runs, *(p.shape[:-1] for p in points)} - {()}
        try:
            lead = torch.Size(leads.pop() if len(leads) == 1 else _broadcast(leads))
        except RuntimeError:
            shapes = " and ".join(str(tuple(p.shape)) for p in points)
            raise ValueError(
                f"`{self.name}` has mini-batches for members {self.runs}, got points "
                f"{shapes}."
            ) from None
        if not lead.numel():
            raise ValueError(f"`{self.name}` takes at least one point, got none.")
        return lead, lead.numel()

    def _data(self, lead: torch.Size) -> Callable:
        """What members, numbered through all leading axes, are shown."""
        if not self.runs:
            return lambda at: (self.X, self.y)
        depth = len(self.runs)
        X, y = (each.flatten(0, depth - 1) for each in (self.X, self.y))
        which = torch.arange(len(y), device=y.device).view(self.runs)
        which = which.expand(lead).reshape(-1)
        return lambda at: (X[which[at]], y[which[at]])

    def _size(self, what: str, run: engines.Run, count: int) -> int:
        """The size of a block; 1 is the loop."""
        if self.engine == "looped":
            return 1
        own, plans = self.architecture.example, self.architecture.plans
        numbers = self.n * self.architecture.width
        size = self.block or engines.block_size(
            numbers, own.element_size(), own.device.type
        )
        if self.engine != "auto":
            return size
        threads = torch.get_num_threads()
        key = (what, count, size, self.X.shape, self.runs, self.loss, threads)
        if key not in plans:
            plans[key] = engines.faster(run, count, size, own.device)
        return plans[key]

    def outputs(self, w: torch.Tensor) -> torch.Tensor:
        """What the network says, `(..., n, c)`."""
        return self._members("outputs", w)

    def losses(self, w: torch.Tensor) -> torch.Tensor:
        """The loss of each sample, `(..., n)`."""
        return self._members("losses", w)

    def value(self, w: torch.Tensor) -> torch.Tensor:
        """The mean loss, `(...)`."""
        return self._members("values", w)

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
        return self._members("gradients", w)

    def losses_and_gradient(
        self, w: torch.Tensor, active: Sequence[bool] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The losses `(..., n)` and their mean's gradient, at the cost of a gradient.

        Args:
            w: points.
            active: a truth value for each of the `segments`: the gradient by the other
                tensors is not computed, and zero; None: by all.
        """
        options = {} if active is None else {"active": active}
        return self._members("losses_and_gradients", w, **options)

    def squares(self, w: torch.Tensor, count: int) -> torch.Tensor:
        r"""$\sum_i \nabla l_i(w)^2$ of the first `count` samples, `(..., P)`.

        The gradients are those of single losses of this batch: the samples are not
        passed alone, so that batch normalisation sees what it sees in a step.
        """
        return self._members("squares", w, count=count)

    def hvp(self, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        r"""$\nabla^2 f(w) v$, `(..., P)`, by differentiating $\langle g, v\rangle$."""
        return self._members("products", w, v)

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
        runs = torch.broadcast_shapes(self.runs, idx.shape[:-1])
        depth = len(self.runs)
        X, y = (choose_tensors(each, idx, depth) for each in (self.X, self.y))
        return replace(self, X=X, y=y, runs=tuple(runs))

    def sample(self, indices: Any, t: int = 0, seed: int = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples.

        Args:
            indices: as in `restrict`.
            t: the step.
            seed: of the run; with t it decides the masks of dropout.
        """
        if isinstance(indices, torch.Tensor):
            indices = indices.cpu().numpy()
        drawn = (seed, int(t)) if self.architecture.stochastic else None
        part = replace(self.restrict(indices), draw=drawn)
        return MiniBatch.of(self, part, indices, t, seed)


def _broadcast(shapes: set) -> tuple[int, ...]:
    return torch.broadcast_shapes(*shapes)  # slow beside a single network's gradient


def _map(function: Callable, found: Any) -> Any:
    """Of one result or of each of several."""
    if isinstance(found, tuple):
        return tuple(function(each) for each in found)
    return function(found)
