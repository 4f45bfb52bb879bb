"""Which parameter lies in which part of a point, and the way there and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch._C import _nn

from theory.adapter.flat import Flat, Pool
from theory.adapter.tensors import PerPart, Tensors


class Layout:
    """The parameters that are trained now, in parts.

    Args:
        groups: param groups of an optimizer.
        apart: groups have parts of their own, for radii of their own.

    Raises:
        ValueError: no parameter is trained.
    """

    def __init__(self, groups: Sequence[dict[str, Any]], apart: bool = False) -> None:
        found: dict[tuple, list] = {}
        for index, group in enumerate(groups):
            for p in group["params"]:
                if p.requires_grad:
                    key = (index if apart else 0, p.dtype, p.device)
                    found.setdefault(key, []).append(p)
        if not found:
            raise ValueError("`SharpnessAware` has no parameter with requires_grad.")
        self.key = signature(groups, apart)
        self.group_of_part = [key[0] for key in found]
        self.parts = list(found.values())
        self.parameters = [p for part in self.parts for p in part]
        self.everyone = [p for group in groups for p in group["params"]]
        self.devices = list(dict.fromkeys(key[2] for key in found))
        self.vectors = [all(p.dim() == 1 for p in part) for part in self.parts]
        self.views = [_views(part) for part in self.parts]
        self.pool = Pool(self.parts)

    def per_part(self, values: Sequence[Any]) -> PerPart:
        """A scalar of each group as a scalar of each part."""
        return PerPart(values[index] for index in self.group_of_part)

    def point(self) -> Tensors:
        """The parameters, copied."""
        new = self.pool.take()
        for i, (part, views) in enumerate(zip(self.parts, self.views, strict=True)):
            if views is None:
                torch._foreach_copy_(new.shaped[i], [p.detach() for p in part])
            else:
                torch.cat(views, out=new[i])
        return Tensors(new)

    def write(self, x: Tensors) -> None:
        """Sets the parameters, in the storage they have."""
        flat = x.materialised()
        if not isinstance(flat, Flat):
            flat = self._copied(flat)
        with torch.inference_mode():  # a fifth less; versions count on
            for i, (part, views) in enumerate(zip(self.parts, self.views, strict=True)):
                if views is None:
                    torch._foreach_copy_(part, flat.shaped[i])
                else:
                    torch._foreach_copy_(views, flat.vectors[i])
        # Weights that autocast has cast and kept would be those of the last point.
        torch.clear_autocast_cache()

    def _copied(self, parts: Sequence[torch.Tensor]) -> Flat:
        new = self.pool.take()
        torch._foreach_copy_(new, parts)
        return new

    def clear_gradients(self) -> None:
        """No parameter has a gradient afterwards, frozen ones included."""
        for p in self.everyone:
            p.grad = None

    def gradients(self, some: bool = True) -> list[torch.Tensor | None]:
        """What backward left, one for each parameter.

        Args:
            some: whether one must be there.

        Raises:
            ValueError: there is none at all.
        """
        grads = [p.grad for p in self.parameters]
        if some and all(g is None for g in grads):
            raise ValueError(
                "the closure of `SharpnessAware.step` must call backward() on the loss "
                "at every call: no parameter has a gradient."
            )
        return grads

    def join(self, grads: Sequence[torch.Tensor | None]) -> Flat:
        """Gradients in flat parts; a missing one is zero.

        Raises:
            ValueError: one is sparse.
        """
        pairs = zip(grads, self.parameters, strict=True)
        rows = [torch.zeros_like(p) if g is None else g for g, p in pairs]
        sparse = [g for g in rows if g.layout is not torch.strided]
        if sparse:
            raise ValueError(
                "`SharpnessAware` takes dense gradients, got a sparse one of shape "
                f"{tuple(sparse[0].shape)}: build that layer with sparse=False."
            )
        new, start = self.pool.take(), 0
        for i, part in enumerate(self.parts):
            own = rows[start : start + len(part)]
            start += len(part)
            if self.vectors[i]:  # a third of the time
                torch.cat(own, out=new[i])
            else:
                torch._foreach_copy_(new.shaped[i], own)
        return new

    def separate(self, x: Tensors) -> list[torch.Tensor]:
        """A point as one tensor for each parameter, of its shape."""
        rows = zip(self.parts, x.materialised(), strict=True)
        return [
            v for part, flat in rows for v in _nn.unflatten_dense_tensors(flat, part)
        ]


def signature(groups: Sequence[dict[str, Any]], apart: bool) -> list:
    """Changes whenever a layout is out of date."""
    found: list = [apart, *(len(group["params"]) for group in groups)]
    for group in groups:
        found += [p.data_ptr() for p in group["params"]]
        found += [p.requires_grad for p in group["params"]]
    return found


def _views(part: Sequence[torch.nn.Parameter]) -> list[torch.Tensor] | None:
    """The parameters as vectors in their own storage, where all lie in one piece."""
    detached = [p.detach() for p in part]
    whole = all(p.is_contiguous() for p in detached)
    return [p.view(-1) for p in detached] if whole else None
