"""Gradient descent that stays in a ball: where Lipschitz constants are finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.method import norm, ratio


@dataclass(frozen=True, eq=False)
class Projected:
    r"""$w_{t+1} = \Pi(w_t - \eta d_t)$, the projection on $\|w\| \le R$.

    It parts no pair, so that every pair factor persists.

    Args:
        radius: R > 0.
    """

    radius: float

    def __post_init__(self) -> None:
        """Refuses a number out of range."""
        if not self.radius > 0:
            raise ValueError(f"`Projected` takes a radius > 0, got {self.radius}.")

    def init(self, x: Any) -> tuple:
        """No state."""
        return ()

    def update(self, x: Any, d: Any, state: Any, eta: Any) -> tuple[Any, Any]:
        """The next point and state."""
        x = x - eta * d
        far = norm(x)
        outside = far > self.radius
        return x * (1 - outside + outside * ratio(self.radius + 0 * far, far)), state
