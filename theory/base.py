"""Base updates: what turns a surrogate gradient into a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class GradientDescent:
    r"""$w_{t+1} = w_t - \eta d_t$."""

    def init(self, x: Any) -> tuple:
        """No state."""
        return ()

    def update(self, x: Any, d: Any, state: Any, eta: Any) -> tuple[Any, Any]:
        """The next point and state."""
        return x - eta * d, state


@dataclass(frozen=True, eq=False)
class HeavyBall:
    r"""$v_{t+1} = \beta_m v_t + d_t$, $w_{t+1} = w_t - \eta v_{t+1}$, $v_0 = 0$.

    Args:
        momentum: $\beta_m$ in [0, 1).
    """

    momentum: float = 0.9

    def __post_init__(self) -> None:
        """Refuses a number out of range."""
        if isinstance(self.momentum, (int, float)) and not 0 <= self.momentum < 1:
            raise ValueError(
                f"`HeavyBall` takes a momentum in [0, 1), got {self.momentum}."
            )

    def init(self, x: Any) -> tuple:
        """The zero velocity."""
        return (x * 0.0,)

    def update(self, x: Any, d: Any, state: Any, eta: Any) -> tuple[Any, Any]:
        """The next point and velocity."""
        v = self.momentum * state[0] + d
        return x - eta * v, (v,)


gradient_descent = GradientDescent()
