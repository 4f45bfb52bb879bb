"""SAM that also closes the gap between the loss and its worst neighbour."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, dot, hyperparameter, ratio
from theory.methods.sam import SAM
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class GSAM(Method):
    r"""GSAM, surrogate gap: $d = g_p - \alpha\, g_\perp$.

    $$g_p = \nabla f(w + \rho\, u(g)), \qquad
      g_\perp = g - \frac{\langle g, g_p\rangle}{\langle g_p, g_p\rangle}\, g_p, \qquad
      g = \nabla f(w),$$

    and $d = g_p$ where $g_p = 0$. The radius may follow the learning rate (`radius`).

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
        alpha: how much of $g_\perp$ is ascended, >= 0; published .01 (ResNet) and .4
            (ViT-B/16).
    """

    rho: Any = hyperparameter(0.05)
    alpha: Any = hyperparameter(0.01)

    label = "GSAM"
    color = "#88CCEE"
    source = "Zhuang et al., arXiv 2203.08065 (code)"
    formula = r"\tilde g - \alpha g_\perp"
    cost = "2"
    reductions = (Reduces("sam", {"alpha": 0}), Reduces("gd", {"rho": 0}))
    equalised = "of the combined direction"

    def direction(self, x, state, gradient):
        r"""$(g_p - \alpha g_\perp, g)$."""
        g_p, g, _ = SAM(self.rho).direction(x, (), gradient)
        square = dot(g_p, g_p)
        across = g - ratio(dot(g, g_p), square) * g_p
        # The quotient is 1, and 0 where g_p = 0.
        return g_p - (self.alpha * ratio(square, square)) * across, g, state


def radius(
    eta: float, rho_min: float, rho_max: float, eta_min: float, eta_max: float
) -> float:
    r"""The radius that follows the learning rate; `rho_max` where that is constant.

    $$\rho_t = \rho_{\min} + (\rho_{\max} - \rho_{\min})
      \frac{\eta_t - \eta_{\min}}{\eta_{\max} - \eta_{\min}}.$$

    A schedule adds it as `"rho"` to its `"eta"` (`theory.schedule`); in front of a
    torch optimizer it is set beside the scheduled `lr`, as the group's `rho`.
    """
    if eta_max == eta_min:
        return rho_max
    share = (eta - eta_min) / (eta_max - eta_min)
    return rho_min + (rho_max - rho_min) * share
