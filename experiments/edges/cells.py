"""Numbers of a batch of runs as labelled arrays."""

from __future__ import annotations

import numpy as np


def cells(
    seen: dict[str, np.ndarray],
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    prefix: str = "",
) -> dict[str, tuple]:
    """Variables of a dataset, in float32 unless they are whole numbers.

    Args:
        seen: arrays `(B,)`, `(B, check)` or `(B, check, top)`.
        dims: what the batch is made of.
        shape: of these; their product is B.
        prefix: of the variables, and of `check`.
    """
    rest = (f"{prefix}check", "top")
    return {
        f"{prefix}{name}": (
            dims + rest[: values.ndim - 1],
            _small(values).reshape(*shape, *values.shape[1:]),
        )
        for name, values in seen.items()
    }


def _small(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "i" else values.astype(np.float32)
