"""Modules with buffers that SharpnessAware was not given, found among all that live."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from theory.adapter.edge import parameters_of


def check_model(base: Optimizer, model: nn.Module | None) -> None:
    """Refuses parameters of a module that has buffers and was not given.

    Raises:
        ValueError: names the module and the buffer.
    """
    given = set() if model is None else {id(p) for p in model.parameters()}
    missing = {id(p) for p in parameters_of(base)} - given
    for module in _alive() if missing else ():
        buffer = next((key for key, _ in module.named_buffers()), None)
        if buffer and any(id(p) in missing for p in module.parameters()):
            raise _needed(module, buffer)


def watched(closures: Sequence[Callable], model: nn.Module | None) -> list[Callable]:
    """Closures that refuse to change buffers of a module that was not given.

    A feature extractor of which nothing is trained can have such. What is in training
    mode now is watched, at the cost of a copy of its buffers; a loss that keeps its
    class weights in one is none the worse.

    Raises:
        ValueError: when one is called; names the module and the buffer, and has put
            back what they were.
    """
    given = set() if model is None else {id(b) for b in model.buffers()}
    kept = [
        (module, name, buffer, buffer.detach().clone())
        for module in _alive()
        if module.training
        for name, buffer in module.named_buffers(recurse=False)
        if id(buffer) not in given and _is_plain(buffer)
    ]
    return [partial(_called, closure, kept) for closure in closures]


def _called(closure: Callable, kept: list[tuple], *part: Any) -> Any:
    loss = closure(*part)
    changed = [row for row in kept if not _as_before(*row)]
    for module, name, buffer, copy in changed:
        buffer.detach().copy_(copy)
        module._buffers[name] = buffer
    if changed:
        raise _needed(*changed[0][:2])
    return loss


def _alive() -> list[nn.Module]:
    # `type`, since isinstance would ask proxies what they stand for; one whose
    # construction failed may live on in a traceback, without buffers.
    modules = [m for m in gc.get_objects() if issubclass(type(m), nn.Module)]
    return [m for m in modules if hasattr(m, "_buffers") and hasattr(m, "_modules")]


def _needed(module: nn.Module, buffer: str) -> ValueError:
    return ValueError(
        f"`SharpnessAware` needs model=...: `{type(module).__name__}` has buffers "
        f"(`{buffer}`), which a second pass would change again, and no model that "
        "was given holds it."
    )


def _is_plain(buffer: torch.Tensor) -> bool:
    return buffer.layout is torch.strided and not buffer.is_meta


def _as_before(
    module: nn.Module, name: str, buffer: torch.Tensor, copy: torch.Tensor
) -> bool:
    """Bit for bit, so that NaN is NaN."""
    now = module._buffers.get(name)
    return now is buffer and torch.equal(_bits(now), _bits(copy))


def _bits(t: torch.Tensor) -> torch.Tensor:
    return t.detach().reshape(-1).view(torch.uint8)
