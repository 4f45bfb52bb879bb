"""SAM without the normalisation of the ascent."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class USAM(Method):
    r"""USAM, un-normalised ascent: $d = \nabla f(w + \rho\, g)$, $g = \nabla f(w)$.

    No projection on a ball.

    Args:
        rho: ascent step in units of a learning rate, >= 0.
    """

    rho: Any = hyperparameter(0.05)

    label = "USAM"
    color = "#56B4E9"
    radius_unit = "rate"
    source = "Andriushchenko & Flammarion, arXiv 2206.06232 (code)"
    formula = r"\nabla f(w + \rho g)"
    cost = "2"
    reductions = (
        Reduces("gd", {"rho": 0}),
        Reduces("sam", given=r"$\lVert g\rVert = 1$", exact=False),
    )

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho g), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * g), g, state
