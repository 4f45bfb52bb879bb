"""The box and the start of a landscape that a user writes."""

from __future__ import annotations

from typing import Any

import numpy as np

BOX = (-2.0, 2.0)
ROOT = (5**0.5 - 1) / 2  # the default start lies at its multiples, modulo 1


def dimension(name: str, dim: Any, box: Any, start: Any) -> int | None:
    """The number of coordinates as far as it is said beside the function.

    Raises:
        ValueError: it is said differently.
    """
    said = {dim} if dim is not None else set()
    if np.ndim(box) == 2:
        said.add(len(box))
    if np.ndim(start) == 1:
        said.add(len(start))
    if len(said) > 1:
        raise ValueError(
            f"`{name}`: dim, box and start must agree, got {sorted(said)} coordinates."
        )
    return said.pop() if said else None


def frame(name: str, d: int, box: Any, start: Any) -> dict[str, tuple]:
    """The box and the start, checked.

    Args:
        name: for messages.
        d: the number of coordinates.
        box: `(low, high)`, or d such pairs; None: `BOX`.
        start: d numbers; None: a point of the box off its symmetries.

    Raises:
        ValueError: names the thing, the rule and the value.
    """
    try:
        sides = np.array(BOX if box is None else box, dtype=float)
        sides = np.broadcast_to(sides, (d, 2)) if sides.shape == (2,) else sides
        low, high = sides.T
        sound = sides.shape == (d, 2) and np.isfinite(sides).all()
        sound = sound and bool((low < high).all())
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise ValueError(
            f"`{name}`: box must be (low, high), or {d} such pairs, low < high, got "
            f"{box}."
        )
    if start is None:
        share = np.arange(1, d + 1) * ROOT % 1
        start = np.round(low + share * (high - low), 3)
    try:
        point = np.array(start, dtype=float)
    except (TypeError, ValueError):
        point = np.array([np.nan])
    if point.shape != (d,) or not np.isfinite(point).all():
        raise ValueError(f"`{name}`: start must be {d} finite numbers, got {start}.")
    return {"start": tuple(point.tolist()), "box": tuple(map(tuple, sides.tolist()))}
