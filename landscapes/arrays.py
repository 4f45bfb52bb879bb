"""Arrays of whichever library the caller uses: NumPy, torch or SymPy."""

from __future__ import annotations

from typing import Any

import numpy as np


def namespace(leaf: Any) -> str:
    """Which library an array, tensor, expression or number belongs to."""
    library = type(leaf).__module__.partition(".")[0]
    return library if library in ("torch", "sympy") else "numpy"


def like(constant: Any, x: Any) -> Any:
    """A constant array as the kind, dtype and device of `x`."""
    if namespace(x) == "torch":
        import torch

        return torch.as_tensor(constant, dtype=x.dtype, device=x.device)
    return np.asarray(constant, dtype=x.dtype)


def stack(parts: list, axis: int = -1) -> Any:
    """Arrays of one library along a new axis."""
    if namespace(parts[0]) == "torch":
        import torch

        return torch.stack(parts, dim=axis)
    return np.stack(parts, axis=axis)


def unstack(x: Any) -> list:
    """The entries of the last axis."""
    return [x[..., i] for i in range(x.shape[-1])]
