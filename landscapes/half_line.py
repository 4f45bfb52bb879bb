"""A half-parabola: flat on one side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape


@dataclass(frozen=True, eq=False)
class HalfLine(Landscape):
    r"""$f(x) = \max(0, x)^2/2$; at the kink of its slope the curvature is 0."""

    name = "half_line"
    dim = 1
    kinds = ("numpy", "torch", "components")
    start = (1.0,)
    box = ((-2, 2),)
    batched = ()
    constants = {"mu": 0.0, "beta": 1.0}

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        g = self.gradient(x)
        (g,) = g.parts if isinstance(g, Components) else (g[..., 0],)
        return g * g / 2

    def gradient(self, x: Any) -> Any:
        r"""$\max(0, x)$, of the kind and shape of `x`."""
        return self.hvp(x, x)

    def hvp(self, x: Any, v: Any) -> Any:
        """V where x > 0, else 0."""
        self.check(x)
        if isinstance(x, Components):
            return x.map(lambda a, b: (a > 0) * b, v)
        return (x > 0) * v

    def locate(self) -> np.ndarray:
        r"""None: the minimisers, $x \le 0$, fill a half-line."""
        return np.empty((0, 1))


def half_line() -> HalfLine:
    r"""$\max(0, x)^2/2$: flat for $x \le 0$ (L9: SAM started at 0 never moves)."""
    return HalfLine()
