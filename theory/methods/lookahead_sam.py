"""SAM that looks ahead of the next descent step."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, unit


@dataclass(frozen=True, eq=False)
class LookaheadSAM(Method):
    r"""Lookahead-SAM: $d = \nabla f(w + \rho\, u(g) - \eta' g)$, $g = \nabla f(w)$.

    Cost: two gradients. $\eta' = 0$ is SAM, bit for bit; $\rho = 0$ is the
    extragradient step. Source: the form that L26 speaks of, after Yu, Zhang & Kwok 2024
    (secondary; their own equations were not read). The default of $\eta'$ is ours.

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
        eta_ahead: $\eta'$, the learning rate of the step looked ahead, >= 0.
    """

    rho: Any = hyperparameter(0.05)
    eta_ahead: Any = hyperparameter(0.05)

    label = "LookaheadSAM"
    color = "#004D40"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho u(g) - \eta' g), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * unit(g) - self.eta_ahead * g), g, state
