"""A function's operations on tensors, recorded once and replayed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.fx.experimental.proxy_tensor import make_fx


def record(function: Callable, *arguments: torch.Tensor) -> Callable:
    """The same function for tensors of these shapes, without what calls it makes.

    The operations are those that torch would run, in their order, so that results are
    the same to the last bit; only the way to them, which `torch.func` and autograd make
    long, is gone. Random numbers are drawn anew at each replay.

    Args:
        function: of tensors that require no gradients; gives tensors.
        arguments: an example of what it takes.
    """
    with warnings.catch_warnings():  # of torch's own deprecated parts
        warnings.simplefilter("ignore")
        made: Any = make_fx(function)(*arguments)
    made.graph.eliminate_dead_code()
    made.recompile()
    replay = made.forward

    def replayed(*given: torch.Tensor) -> Any:
        with torch.no_grad():
            return replay(*given)

    return replayed
