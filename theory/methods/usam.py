"""SAM without the normalisation of the ascent."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter


@dataclass(frozen=True, eq=False)
class USAM(Method):
    r"""USAM, un-normalised ascent: $d = \nabla f(w + \rho\, g)$, $g = \nabla f(w)$.

    Cost: two gradients. $\rho = 0$ is GD; it is SAM where $\|g\| = 1$. No projection
    on a ball. Source: Andriushchenko & Flammarion, arXiv 2206.06232 (code).

    Args:
        rho: ascent step in units of a learning rate, >= 0.
    """

    rho: Any = hyperparameter(0.05)

    label = "USAM"
    color = "#56B4E9"
    radius_unit = "rate"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho g), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * g), g, state
