"""What `SharpnessAware` refuses, in one line each."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import fields
from math import inf
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from theory.method import Method
from theory.validate import at_edge

ASCENTS = ("synchronised", "per-replica")


def check_base(base: Any) -> None:
    """Refuses what cannot step on gradients that are there already.

    Raises:
        ValueError: names the class.
    """
    if not isinstance(base, Optimizer):
        raise ValueError(
            "`SharpnessAware` takes a torch optimizer made of the parameters, got "
            f"{base!r}."
        )
    closure = inspect.signature(base.step).parameters.get("closure")
    if closure is not None and closure.default is inspect.Parameter.empty:
        raise ValueError(
            f"`SharpnessAware` hands its base a gradient, `{type(base).__name__}` "
            "needs a closure of its own."
        )


def check_method(method: Any) -> None:
    """Refuses what is no method, and hyperparameters that are no single numbers.

    Raises:
        ValueError: names the thing, the rule and the value.
    """
    if not isinstance(method, Method):
        raise ValueError(
            "`SharpnessAware` takes a method, like theory.methods.make('ssam'), got "
            f"{method!r}."
        )
    at_edge(method)
    for spec in fields(method):
        value = getattr(method, spec.name)
        if isinstance(value, Method):
            check_method(value)
        elif getattr(value, "ndim", 0):
            raise ValueError(
                f"`SharpnessAware` takes a single {spec.name}, got the shape "
                f"{tuple(value.shape)}: a batch of runs is for theory.iterate."
            )


def own_radii(base: Optimizer) -> bool:
    """Whether a group has a radius; Adadelta's groups have a `rho` that is none."""
    groups = base.param_groups
    return "rho" not in base.defaults and any("rho" in group for group in groups)


def check_groups(base: Optimizer) -> None:
    """Refuses complex parameters, and a group's radius that is out of range.

    Raises:
        ValueError: names the type; the value and the group.
    """
    for p in parameters_of(base):
        if p.is_complex():
            raise ValueError(f"`SharpnessAware` takes real parameters, got {p.dtype}.")
    if own_radii(base):
        check_radii(base.param_groups)


def check_radii(groups: Sequence[dict[str, Any]]) -> None:
    """Refuses a radius out of range; a tensor is not waited for.

    Raises:
        ValueError: names the value and the group.
    """
    for index, group in enumerate(groups):
        rho = group.get("rho", 0.0)
        if isinstance(rho, torch.Tensor) and rho.dim() == 0:
            continue
        if not isinstance(rho, (int, float)) or not 0 <= rho < inf:
            raise ValueError(
                f"`SharpnessAware` takes a finite rho >= 0, got {rho} in group {index}."
            )


def check_ascent(ascent: str, model: nn.Module | None) -> None:
    """Refuses an unknown ascent, and replicas that cannot be told apart.

    Raises:
        ValueError: names the rule and the value.
    """
    if ascent not in ASCENTS:
        raise ValueError(f"ascent is one of {ASCENTS}, got {ascent!r}.")
    if ascent == "per-replica" and not hasattr(model, "no_sync"):
        raise ValueError(
            "a per-replica ascent needs a model with `no_sync` "
            f"(DistributedDataParallel), got `{type(model).__name__}`."
        )


def parameters_of(base: Optimizer) -> list[torch.Tensor]:
    """Those of all groups."""
    return [p for group in base.param_groups for p in group["params"]]
