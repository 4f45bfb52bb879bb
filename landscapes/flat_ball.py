"""A bowl with a flat bottom: minimisers fill a ball."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class FlatBall(Landscape):
    r"""$f(w) = \tfrac12(\|w\| - r_0)_+^2$, half the squared distance to a ball.

    Convex and 1-smooth; on the sphere the slope is continuous, the curvature jumps and
    takes its value inside, 0.

    Args:
        radius: $r_0 \ge 0$.
        dim: d, at least 1.
    """

    radius: float
    dim: int

    name = "flat_ball"
    kinds = ("numpy", "torch")
    batched = ()

    @property
    def start(self) -> tuple[float, ...]:
        """Twice as far out as the sphere, and one more, along the first axis."""
        return (2 * self.radius + 1, *(0.0,) * (self.dim - 1))

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Twice the sphere and one more to each side."""
        return ((-2 * self.radius - 1, 2 * self.radius + 1),) * self.dim

    @property
    def constants(self) -> dict[str, float]:
        """Curvatures 0 to 1, and the radius of the flat ball."""
        return {"mu": 0.0, "beta": 1.0, "radius": self.radius}

    def _polar(self, w: Any) -> tuple[Any, Any, Any]:
        r"""$u = w/\|w\|$, $r_0/\|w\|$ and whether w is outside, each 0 inside."""
        self.check(w)
        size = ((w * w).sum(-1) ** 0.5)[..., None]
        outside = size > self.radius
        inverse = outside / (size + ~outside)
        return w * inverse, self.radius * inverse, outside

    def value(self, w: Any) -> Any:
        """$f(w)$, shape `(...)`."""
        g = self.gradient(w)
        return (g * g).sum(-1) / 2

    def gradient(self, w: Any) -> Any:
        r"""$(1 - r_0/\|w\|)_+ w$, 0 inside."""
        _, share, outside = self._polar(w)
        return outside * (1 - share) * w

    def hvp(self, w: Any, v: Any) -> Any:
        r"""$(1 - r_0/\|w\|)v + (r_0/\|w\|)\langle u, v\rangle u$ outside, 0 inside."""
        u, share, outside = self._polar(w)
        along = (u * v).sum(-1)[..., None]
        return outside * (1 - share) * v + share * along * u

    def locate(self) -> np.ndarray:
        """None: the minimisers fill the ball."""
        return np.empty((0, self.dim))


def flat_ball(radius: float = 1.0, dim: int = 2) -> FlatBall:
    r"""$\tfrac12(\|w\| - r_0)_+^2$: zero on the ball of radius $r_0$ (L8).

    Raises:
        ValueError: the radius is negative or not finite, or the dimension below 1.
    """
    if not 0 <= radius < np.inf or dim < 1:
        raise ValueError(
            f"`flat_ball` takes radius >= 0 and dim >= 1, got {radius} and {dim}."
        )
    return FlatBall(float(radius), dim)
