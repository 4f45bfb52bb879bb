"""A torch module as a function of its parameters and of data."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import nn
from torch.func import replace_all_batch_norm_modules_

from landscapes.random_state import seeded

RESETS = ("reset_parameters", "_reset_parameters")


@dataclass(frozen=True, eq=False)
class Architecture:
    """A private copy of a module: whose module it was is never touched.

    Batch normalisation uses the statistics of the batch it is given, always, and keeps
    none. The parameters are those that require gradients, in the module's order; the
    others, and buffers, are constants.

    Args:
        module: the copy; `of` makes it.
        name: for messages.
        width: numbers that the layers give, an example: what memory they take
            (`landscapes.probe`).
        stochastic: whether a pass in training mode uses random numbers (likewise).
        plans: what was measured of it and recorded; stays in its process.
    """

    module: nn.Module
    name: str
    width: int = 0
    stochastic: bool = False
    plans: dict = field(default_factory=dict)

    def __getstate__(self) -> dict:
        """Without what is found again."""
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        return kept | {"plans": {}}

    @classmethod
    def of(cls, module: nn.Module, name: str) -> Architecture:
        """Copies a module.

        Raises:
            ValueError: it has no parameters, or several dtypes or devices.
        """
        kinds = {(p.dtype, p.device) for p in module.parameters() if p.requires_grad}
        if len(kinds) != 1:
            what = " and ".join(sorted(f"{d} on {at}" for d, at in kinds)) or "none"
            raise ValueError(
                f"`{name}` takes a module with parameters to train, all of one dtype "
                f"on one device, got {what}."
            )
        private = copy.deepcopy(module).eval()
        return cls(replace_all_batch_norm_modules_(private), name)

    @cached_property
    def parameters(self) -> dict[str, nn.Parameter]:
        """Those that require gradients, by name."""
        named = self.module.named_parameters()
        return {name: p for name, p in named if p.requires_grad}

    @cached_property
    def dim(self) -> int:
        """The number of parameters P."""
        return sum(self.sizes)

    @cached_property
    def sizes(self) -> list[int]:
        """Of every parameter tensor."""
        return [p.numel() for p in self.parameters.values()]

    @cached_property
    def segments(self) -> dict[str, slice]:
        """Where every parameter tensor lies in the flat vector."""
        ends = accumulate(self.sizes, initial=0)
        places = [slice(*ab) for ab in pairwise(ends)]
        return dict(zip(self.parameters, places, strict=True))

    @property
    def example(self) -> nn.Parameter:
        """A parameter: of the dtype and device of all."""
        return next(iter(self.parameters.values()))

    @cached_property
    def _slots(self) -> list[tuple[dict, str, int, nn.Parameter]]:
        """Every place of a parameter: a module's table, its name there, its number.

        A tensor that several modules share stands here several times.
        """
        number = {id(p): k for k, p in enumerate(self.parameters.values())}
        return [
            (owner._parameters, name, number[id(p)], p)
            for owner in self.module.modules()
            for name, p in owner.named_parameters(recurse=False)
            if id(p) in number
        ]

    @cached_property
    def _shapes(self) -> list[torch.Size]:
        return [p.shape for p in self.parameters.values()]

    def pieces(self, w: torch.Tensor) -> list[torch.Tensor]:
        """The parameter tensors of a flat vector `(..., P)`, each `(..., *shape)`."""
        parts = w.split_with_sizes(self.sizes, -1)
        lead = w.shape[:-1]
        return [
            part.reshape(lead + shape)
            for part, shape in zip(parts, self._shapes, strict=True)
        ]

    def call(self, pieces: list[torch.Tensor], X: Any, training: bool = False) -> Any:
        """The module's outputs with these parameter tensors, in evaluation mode.

        Args:
            pieces: in the order of `parameters`.
            X: examples `(b, *shape)`.
            training: in training mode.
        """
        if self.module.training != training:
            self.module.train(training)
        for table, name, k, _ in self._slots:
            table[name] = pieces[k]
        try:
            return self.module(X)
        finally:
            for table, name, _, own in self._slots:
                table[name] = own

    def flat(self, module: nn.Module) -> torch.Tensor:
        """The same parameters of a module of this architecture, `(P,)`, copied."""
        named = dict(module.named_parameters())
        return torch.cat([named[k].detach().reshape(-1) for k in self.parameters])

    def load(self, module: nn.Module, w: torch.Tensor) -> nn.Module:
        """Writes a flat vector `(P,)` into a module's parameters, in place."""
        named = dict(module.named_parameters())
        for name, piece in zip(self.parameters, self.pieces(w), strict=True):
            with torch.no_grad():
                named[name].copy_(piece)
        return module

    def initial(self, seed: int) -> torch.Tensor:
        """Parameters drawn anew by the modules' own initialisation, `(P,)`.

        They are drawn in float32 on the CPU, so that they are the same for every dtype
        and device; the global random state stays as it is. Inner modules are reset
        first, so that an outer one has the last word.

        Raises:
            ValueError: a module with parameters of its own has no `reset_parameters`.
        """
        fresh = copy.deepcopy(self.module).to("cpu", torch.float32)
        with seeded(torch.device("cpu"), seed):
            for name, layer in reversed([*fresh.named_modules()]):
                self._reset(name, layer)
        return self.flat(fresh).to(self.example)

    def _reset(self, name: str, layer: nn.Module) -> None:
        for reset in RESETS:
            if callable(getattr(layer, reset, None)):
                getattr(layer, reset)()
                return
        for own, _ in layer.named_parameters(name, recurse=False):
            raise ValueError(
                f"`{self.name}` cannot draw `{own}` anew: {type(layer).__name__} has "
                "no reset_parameters()."
            )

    def to(self, device: Any = None, dtype: torch.dtype | None = None) -> Architecture:
        """A copy on another device or of another dtype; nothing is measured of it."""
        there = copy.deepcopy(self.module).to(device=device, dtype=dtype)
        return replace(self, module=there, plans={})
