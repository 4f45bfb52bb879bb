"""Any method in front of any torch optimizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch.optim import Optimizer

from theory.adapter.layout import Layout
from theory.adapter.passes import Pass, Passes, Weights
from theory.adapter.replay import Replay
from theory.method import Method


class SharpnessAware(Optimizer):
    """Feeds a torch optimizer with a method's surrogate gradient.

    Args:
        base: any torch optimizer on dense gradients, built on the parameters.
        method: a method of `theory.methods`.
        model: needed when it has buffers (BatchNorm).
        ascent: `synchronised` or `per-replica`.
    """

    def __init__(
        self,
        base: Optimizer,
        method: Method,
        model: torch.nn.Module | None = None,
        ascent: str = "synchronised",
    ) -> None:
        self.__setstate__(
            {"base": base, "method": method, "model": model, "ascent": ascent}
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        state.setdefault("method_state", None)
        super().__setstate__(state)

    def __getstate__(self) -> dict[str, Any]:
        names = ("base", "method", "model", "ascent", "method_state")
        return {name: self.__dict__[name] for name in names}

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The base's."""
        return self.base.param_groups

    @property
    def state(self) -> dict:
        """The base's."""
        return self.base.state

    @property
    def defaults(self) -> dict[str, Any]:
        """The base's."""
        return self.base.defaults

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a group to the base."""
        self.base.add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable | Sequence[Callable] | None = None) -> Any:
        """One step.

        Args:
            closure: as LBFGS takes it.
        """
        if closure is None:
            raise ValueError(
                "`SharpnessAware.step` needs a closure that computes the loss and "
                "calls backward(). It is evaluated once per gradient, so a GradScaler, "
                "which passes none, cannot step it: use bfloat16 autocast."
            )
        apart = any("rho" in group for group in self.param_groups)
        layout = Layout(self.param_groups, apart)
        method = self.method
        if apart:
            own = method.get("rho")
            rhos = [group.get("rho", own) for group in self.param_groups]
            method = method.having(rho=layout.per_part(rhos))
        weights = Weights(layout, Replay(layout.devices, self.model))
        if callable(closure):
            sample = Pass(closure, weights)
        else:
            sample = Passes([Pass(each, weights) for each in closure])
        state = self.method_state
        if state is None:
            state = method.init(weights.home)
        before = weights.replay.now()
        try:
            d, _, state = method.direction(weights.home, state, sample)
        except BaseException:
            weights.replay.put_back(before)
            raise
        finally:
            weights.go(weights.home)
        weights.leave(d)
        self.method_state = state
        self.base.step()
        return sample.loss
