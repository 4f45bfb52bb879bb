"""Sharpness-aware minimisation."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class SAM(Method):
    r"""SAM, normalised ascent: $d = \nabla f(w + \rho\, u(g))$, $g = \nabla f(w)$.

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
    """

    rho: Any = hyperparameter(0.05)

    label = "SAM"
    color = "#D55E00"
    source = "Foret et al., arXiv 2010.01412 (code)"
    formula = r"\nabla f(w + \rho u(g))"
    cost = "2"
    reductions = (Reduces("gd", {"rho": 0}),)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho u(g)), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * unit(g)), g, state
