"""Which parameter lies in which part of a point, and the way there and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch._C import _nn

from theory.adapter.tensors import PerPart, Tensors

flatten, unflatten = _nn.flatten_dense_tensors, _nn.unflatten_dense_tensors


class Layout:
    """The parameters that are trained now, in parts.

    Args:
        groups: param groups of an optimizer.
        apart: groups have parts of their own, for radii of their own.

    Raises:
        ValueError: no parameter is trained, or one is of a kind without a flat vector.
    """

    def __init__(self, groups: Sequence[dict[str, Any]], apart: bool = False) -> None:
        found: dict[tuple, list] = {}
        for index, group in enumerate(groups):
            place = index if apart else 0
            for p in group["params"]:
                if p.requires_grad:
                    key = (place, p.dtype, p.device)
                    found.setdefault(key, []).append(p)
        if not found:
            raise ValueError("`SharpnessAware` has no parameter that requires_grad.")
        for _, dtype, _ in found:
            if dtype.is_complex:
                raise ValueError(
                    f"`SharpnessAware` takes real parameters, got {dtype}."
                )
        self.groups_of_parts = [key[0] for key in found]
        self.parts = list(found.values())
        self.parameters = [p for part in self.parts for p in part]
        self.devices = list(dict.fromkeys(key[2] for key in found))

    def per_part(self, values: Sequence[Any]) -> PerPart:
        """A scalar of each group as a scalar of each part."""
        return PerPart(values[index] for index in self.groups_of_parts)

    def point(self) -> Tensors:
        """The parameters, copied."""
        return Tensors([flatten([p.detach() for p in part]) for part in self.parts])

    def write(self, x: Tensors) -> None:
        """Sets the parameters, in the storage they have."""
        for part, flat in zip(self.parts, x.materialised(), strict=True):
            torch._foreach_copy_(part, unflatten(flat, part))
        # Weights that autocast has cast and kept would be those of the last point.
        torch.clear_autocast_cache()

    def clear_gradients(self) -> None:
        """No parameter has a gradient afterwards."""
        for p in self.parameters:
            p.grad = None

    def gradients(self) -> list[torch.Tensor | None]:
        """What backward left, one for each parameter.

        Raises:
            ValueError: there is none at all, or one is sparse.
        """
        grads = [p.grad for p in self.parameters]
        for p, g in zip(self.parameters, grads, strict=True):
            if g is not None and g.layout != torch.strided:
                raise ValueError(
                    "`SharpnessAware` takes dense gradients, got a sparse one of shape "
                    f"{tuple(p.shape)}: make the layer with sparse=False."
                )
        if all(g is None for g in grads):
            raise ValueError(
                "the closure of `SharpnessAware.step` must call backward() on the loss "
                "of these parameters: no gradient was left."
            )
        return grads

    def flat(self, grads: Sequence[torch.Tensor | None]) -> list[torch.Tensor]:
        """Gradients as flat parts; a missing one is zero."""
        rows, parts = iter(grads), []
        for part in self.parts:
            dense = [_or_zero(next(rows), p) for p in part]
            parts.append(flatten(dense))
        return parts

    def write_gradients(self, d: Tensors, used: Sequence[bool]) -> None:
        """Sets the gradients of the parameters that are `used`."""
        rows = iter(used)
        for part, flat in zip(self.parts, d.materialised(), strict=True):
            for p, view in zip(part, unflatten(flat, part), strict=True):
                p.grad = torch.empty_like(p).copy_(view) if next(rows) else None


def _or_zero(g: torch.Tensor | None, p: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(p) if g is None else g
