"""Which parameter lies in which part of a point, and the way there and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch._C import _nn

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
        self.views = [_views(part) for part in self.parts]
        self.sizes = [[p.numel() for p in part] for part in self.parts]
        self.vectors = [all(p.dim() == 1 for p in part) for part in self.parts]

    def per_part(self, values: Sequence[Any]) -> PerPart:
        """A scalar of each group as a scalar of each part."""
        return PerPart(values[index] for index in self.group_of_part)

    def point(self) -> Tensors:
        """The parameters, copied."""
        pairs = zip(self.parts, self.views, strict=True)
        copies = [
            _join(part, False) if v is None else torch.cat(v) for part, v in pairs
        ]
        return Tensors([copy.detach() for copy in copies])

    def write(self, x: Tensors) -> None:
        """Sets the parameters, in the storage they have."""
        rows = zip(self.parts, self.views, self.sizes, x.materialised(), strict=True)
        for part, views, sizes, flat in rows:
            if views is None:
                torch._foreach_copy_(part, _nn.unflatten_dense_tensors(flat, part))
            else:
                torch.split_with_sizes_copy(flat, sizes, out=views)
        # Weights that autocast has cast and kept would be those of the last point.
        torch.clear_autocast_cache()

    def clear_gradients(self) -> None:
        """No parameter has a gradient afterwards, frozen ones included."""
        for p in self.everyone:
            p.grad = None

    def gradients(self) -> list[torch.Tensor | None]:
        """What backward left, one for each parameter.

        Raises:
            ValueError: there is none at all.
        """
        grads = [p.grad for p in self.parameters]
        if all(g is None for g in grads):
            raise ValueError(
                "the closure of `SharpnessAware.step` must call backward() on the loss "
                "at every call: no parameter has a gradient."
            )
        return grads

    def join(self, grads: Sequence[torch.Tensor | None]) -> list[torch.Tensor]:
        """Gradients in flat parts; a missing one is zero.

        Raises:
            ValueError: one is sparse.
        """
        pairs = zip(grads, self.parameters, strict=True)
        rows = [torch.zeros_like(p) if g is None else g for g, p in pairs]
        sparse = next((g for g in rows if g.layout is not torch.strided), None)
        if sparse is not None:
            raise ValueError(
                "`SharpnessAware` takes dense gradients, got a sparse one of shape "
                f"{tuple(sparse.shape)}: build that layer with sparse=False."
            )
        ends = list(accumulate((len(part) for part in self.parts), initial=0))
        spans = zip(pairwise(ends), self.vectors, strict=True)
        return [_join(rows[a:b], vectors) for (a, b), vectors in spans]

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
        found += [(p.data_ptr(), p.requires_grad) for p in group["params"]]
    return found


def _views(part: Sequence[torch.nn.Parameter]) -> list[torch.Tensor] | None:
    """The parameters as vectors in their own storage, where all lie in one piece."""
    detached = [p.detach() for p in part]
    whole = all(p.is_contiguous() for p in detached)
    return [p.view(-1) for p in detached] if whole else None


def _join(tensors: Sequence[torch.Tensor], vectors: bool) -> torch.Tensor:
    """One new vector; joining vectors costs a tenth of flattening tensors."""
    if vectors:
        return torch.cat(tensors)
    if len(tensors) == 1:  # torch's own flattening would be a view of it
        return tensors[0].reshape(-1).clone()
    return _nn.flatten_dense_tensors(tensors)
