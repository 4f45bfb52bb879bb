"""Sharpness-aware minimisation."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, unit


@dataclass(frozen=True, eq=False)
class SAM(Method):
    r"""SAM, normalised ascent: $d = \nabla f(w + \rho\, u(g))$, $g = \nabla f(w)$.

    Cost: two gradients. $\rho = 0$ is GD. Source: Foret et al., arXiv 2010.01412
    (official code).

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
    """

    rho: Any = hyperparameter(0.05)

    label = "SAM"
    color = "#D55E00"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho u(g)), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * unit(g)), g, state
