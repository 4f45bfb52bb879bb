"""Numbers are checked once, where they enter a run."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from theory.method import Method


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def at_edge(method: Method, **positive: Any) -> None:
    """Refuses learning rates <= 0 and hyperparameters out of range, in one line.

    Symbols (anything that is not a number) pass.

    Raises:
        ValueError: names the thing, the rule and the offending value.
    """
    for name, value in positive.items():
        array = _array(value)
        if array.dtype != object:
            bad = ~(np.isfinite(array) & (array > 0))
            if bad.any():
                raise ValueError(
                    f"{name} must be finite and > 0, got {array[bad].flat[0]}."
                )
    for spec in fields(method):
        value, low = getattr(method, spec.name), spec.metadata.get("low")
        if isinstance(value, Method):
            at_edge(value)
        elif low is not None and not spec.metadata["static"]:
            array = _array(value)
            if array.dtype != object:
                bad = ~(np.isfinite(array) & (array >= low))
                if bad.any():
                    raise ValueError(
                        f"{spec.name} must be finite and >= {low:g}, got "
                        f"{array[bad].flat[0]}."
                    )
