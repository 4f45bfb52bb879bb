"""SAM along a moving average of gradients."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, dot, hyperparameter, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class VaSSO(Method):
    r"""VaSSO, ascent whose noise is averaged: $d_t = \nabla f(w_t + \rho\, u(s_t))$.

    $s_t = (1 - \theta) s_{t-1} + \theta g_t$, $s_0 = g_0$, $g_t = \nabla f(w_t)$.

    At a zero gradient it may move. The average is of raw gradients, and scales with the
    loss.

    Args:
        rho: radius of the ascent step, a length, >= 0; published .2.
        theta: the share of the present, in [0, 1]; published .9.
    """

    rho: Any = hyperparameter(0.2)
    theta: Any = hyperparameter(0.9, high=1.0)

    label = "VaSSO"
    color = "#00BFC4"
    source = "Li & Giannakis, arXiv 2309.15639 (code)"
    formula = r"\nabla f(w + \rho u(s))"
    cost = "2"
    reductions = (Reduces("sam", {"theta": 1}), Reduces("gd", {"rho": 0}))

    def init(self, x):
        """No average yet, and no step taken: $(0, 0)$."""
        s = x * 0.0
        return s, dot(s, s)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho\, u(s)), g)$."""
        s, begun = state
        g = gradient(x)
        past = (1 - self.theta) * begun
        s = past * s + (1 - past) * g
        return gradient(x + self.rho * unit(s)), g, (s, 0 * begun + 1)
