"""An ascent of its own on every replica of a distributed model, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import distributed

from theory.adapter.tensors import Tensors
from theory.method import Method


@dataclass(frozen=True, eq=False)
class PerReplica(Method):
    r"""Means over R replicas of what each finds alone: $d = \frac1R \sum_j d_j$.

    With $d_j, g_j$ the method's direction and raw gradient on the shard of replica j,
    $g = \frac1R \sum_j g_j$. Around SAM this is mSAM with m = R.

    Args:
        method: found by every replica alone.
        mean: of a point over all replicas.
    """

    method: Method
    mean: Callable[[Tensors], Tensors]

    def init(self, x: Any) -> Any:
        """The method's state; it may differ between replicas."""
        return self.method.init(x)

    def direction(
        self, x: Any, state: Any, gradient: Callable[[Any], Any]
    ) -> tuple[Any, Any, Any]:
        """$(d, g)$, the same on all replicas."""
        d, g, state = self.method.direction(x, state, gradient)
        return self.mean(d), self.mean(g), state


class Replicas:
    """What the replicas of a model have in common under an ascent of their own.

    Args:
        model: distributed, with `no_sync`.
    """

    def __init__(self, model: Any) -> None:
        self.model, self.group = model, getattr(model, "process_group", None)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A pass of which gradients stay here, and buffers begin as the first's.

        DistributedDataParallel hands the buffers of its first replica on before every
        forward pass, but not after one under `no_sync`.
        """
        self.model.require_forward_param_sync = True
        with self.model.no_sync():
            yield

    def method(self, method: Method) -> Method:
        """A method whose ascent is alone and whose renormalisation is common.

        What wraps a method (Stable) stays outside, so that it compares norms of means.
        """
        for spec in fields(method):
            inner = getattr(method, spec.name)
            if isinstance(inner, Method):
                return replace(method, **{spec.name: self.method(inner)})
        return PerReplica(method, self.mean)

    def mean(self, v: Tensors) -> Tensors:
        """Of a point over all replicas."""
        parts = [part.clone() for part in v.materialised()]
        for part in parts:
            distributed.all_reduce(part, group=self.group)
        return Tensors(parts) / distributed.get_world_size(self.group)

    def anywhere(self, used: list[bool], device: torch.device) -> list[bool]:
        """Which parameters some replica has used; who has used all does not wait."""
        flags = torch.tensor(used, dtype=torch.uint8).to(device)
        distributed.all_reduce(flags, distributed.ReduceOp.MAX, group=self.group)
        return used if all(used) else [flag > 0 for flag in flags.tolist()]
