"""PerReplica: an ascent of its own on every replica of a distributed model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch

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


def per_replica(method: Method, model: Any) -> Method:
    """A method whose ascent is alone and whose renormalisation is common.

    What wraps a method (Stable) stays outside, so that it compares the norms of means.
    """
    for spec in fields(method):
        inner = getattr(method, spec.name)
        if isinstance(inner, Method):
            return replace(method, **{spec.name: per_replica(inner, model)})
    return PerReplica(method, lambda v: _mean(v, getattr(model, "process_group", None)))


def _mean(v: Tensors, group: Any) -> Tensors:
    replicas = torch.distributed.get_world_size(group)
    parts = [part.clone() for part in v.materialised()]
    for part in parts:
        torch.distributed.all_reduce(part, group=group)
    return Tensors(parts) / replicas
