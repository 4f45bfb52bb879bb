"""What was made of a user's function is that function, finite, with its slopes."""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from landscapes.user_function import UserFunction, line

LOOKS = 8  # points of the box at which a landscape is compared with the function


def derived(made: Landscape) -> None:
    """Refuses what is not finite at its start: value, gradient, Hessian."""
    x = np.array(made.start)
    with np.errstate(all="ignore"):
        for what in ("value", "gradient", "hessian"):
            try:
                found = getattr(made, what)(x)
            except Exception as error:
                raise ValueError(
                    f"`{made.name}`: its {what} cannot be evaluated: {line(error)}"
                ) from error
            finite(made.name, f"its {what}", found, x)


def finite(name: str, what: str, found: Any, x: np.ndarray) -> None:
    """Refuses numbers that are complex or not finite, and says where they are so."""
    if np.iscomplexobj(found) or not np.isfinite(found).all():
        bad = np.ravel(found)[~np.isfinite(np.ravel(found))][0]
        raise ValueError(
            f"`{name}`: {what} is {bad} at its start {tuple(x.tolist())}: give another "
            "box or start."
        )


def compared(function: UserFunction, made: Landscape) -> None:
    """Refuses a landscape without the function's values, or with another slope."""
    low, high = np.array(made.box).T
    points = low + np.random.default_rng(0).random((LOOKS, made.dim)) * (high - low)
    step = 1e-6 * (high - low)
    there, ahead, behind = (
        np.array([function.number(p) for p in points + side * step])
        for side in (0, 1, -1)
    )
    with np.errstate(all="ignore"):
        values, moves = made.value(points), made.gradient(points) * step
        # A difference is exact to the rounding of values and to a share step^2.
        size = np.abs(moves).sum(-1) + np.abs(ahead - behind)
        slack = 1e-3 * size + 1e-13 * np.abs(there)
        wrong = np.abs(values - there) > 1e-9 * (1 + np.abs(there))
        wrong |= np.abs((ahead - behind) / 2 - moves.sum(-1)) > slack
    if (wrong & np.isfinite(there)).any():
        raise ValueError(
            f"`{function.name}` cannot be differentiated: the derivative found is not "
            "its slope (it rounds, draws random numbers, or leaves torch half-way)."
        )
    if not moves.any() and np.ptp(there) > 0:
        raise ValueError(
            f"`{function.name}` cannot be differentiated: it is constant in pieces."
        )
