"""Hessian-vector products of a closure, whose own `backward()` is made to keep more."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import distributed
from torch.overrides import TorchFunctionMode


class Graphs(TorchFunctionMode):
    """Inside, every `backward()` of a tensor can be differentiated once more."""

    def __torch_function__(
        self, function: Callable, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Calls it; a cycle that torch warns of is broken by who clears gradients."""
        kwargs = kwargs or {}
        if function is not torch.Tensor.backward:
            return function(*args, **kwargs)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*create_graph=True")
            return function(*args, **(kwargs | {"create_graph": True}))


def check_one_process(what: str) -> None:
    """Refuses several processes: what averages their gradients averages nothing else.

    Raises:
        ValueError: says so.
    """
    ready = distributed.is_available() and distributed.is_initialized()
    if ready and distributed.get_world_size() > 1:
        raise ValueError(
            f"{what}, which `SharpnessAware` has of one process, not of "
            f"{distributed.get_world_size()}."
        )


def products(
    grads: Sequence[torch.Tensor | None],
    parameters: Sequence[torch.Tensor],
    v: Sequence[torch.Tensor],
) -> Sequence[torch.Tensor | None]:
    r"""$\nabla\langle g, v\rangle = Hv$, by parameter.

    Raises:
        ValueError: nothing can be differentiated.
    """
    pairs = zip(grads, v, strict=True)
    live = [(g, t) for g, t in pairs if g is not None and g.requires_grad]
    if not live:
        raise ValueError(
            "the method needs Hessian-vector products: the closure of "
            "`SharpnessAware.step` must call `backward()` of a loss that is not linear."
        )
    outputs, along = zip(*live, strict=True)
    return torch.autograd.grad(outputs, parameters, along, allow_unused=True)
