"""SAM that looks ahead of the next descent step."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class LookaheadSAM(Method):
    r"""Lookahead-SAM: $d = \nabla f(w + \rho\, u(g) - \eta' g)$, $g = \nabla f(w)$.

    The form that L26 speaks of; the authors' own equations were not read. The default
    of $\eta'$ is ours.

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
        eta_ahead: $\eta'$, the learning rate of the step looked ahead, >= 0.
    """

    rho: Any = hyperparameter(0.05)
    eta_ahead: Any = hyperparameter(0.05)

    label = "LookaheadSAM"
    color = "#004D40"
    source = "Yu, Zhang & Kwok 2024 (secondary)"
    formula = r"\nabla f(w + \rho u(g) - \eta' g)"
    cost = "2"
    reductions = (
        Reduces("sam", {"eta_ahead": 0}),
        Reduces("extragradient", {"rho": 0}),
    )

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho u(g) - \eta' g), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * unit(g) - self.eta_ahead * g), g, state
