"""SAM that ascends every k-th step only."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, difference, dot, hyperparameter, norm, ratio
from theory.methods.sam import SAM
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class LookSAM(Method):
    r"""LookSAM, SAM at every k-th step, whose turn aside the steps between reuse.

    With $g = \nabla f(w)$ and $\tilde g = \nabla f(w + \rho\, u(g))$,

    $$t \bmod k = 0: \quad d = \tilde g, \qquad
      g_v = \tilde g - \frac{\langle \tilde g, g\rangle}{\langle g, g\rangle}\, g;
      \qquad\text{else}\quad d = g + \alpha \frac{\|g\|}{\|g_v\|}\, g_v.$$

    $g_v = 0$ where $g = 0$ or where no more than rounding is left of the difference
    (1e-12 of its terms in float64), and then $d = g$. Norms and products are over all
    parameters, and the steps are counted here.

    The steps between evaluate one gradient. Known from ports that agree; the official
    repository has no code.

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
        alpha: how far the steps between turn aside, >= 0; published .7 (ViT) and .1
            (networks for CIFAR).
        k: steps from one ascent to the next, >= 1.
    """

    rho: Any = hyperparameter(0.05)
    alpha: Any = hyperparameter(0.7)
    k: int = hyperparameter(5, low=1, static=True)

    label = "LookSAM"
    color = "#AA7744"
    steady = False
    source = "Liu et al., arXiv 2203.02714 (secondary)"
    formula = r"g + \alpha \lVert g\rVert u(g_v)"
    cost = "1 + 1/k"
    reductions = (
        Reduces("sam", {"k": 1}),
        Reduces("sam", {"alpha": 0}, given="every k-th step, GD between"),
        Reduces("gd", {"rho": 0}),
    )

    def init(self, x):
        """Nothing to reuse, and step 0 of k."""
        return x * 0.0, 0

    def direction(self, x, state, gradient):
        r"""$(\tilde g, g)$; between, $(g + \alpha (\|g\| / \|g_v\|) g_v, g)$."""
        g_v, phase = state
        if phase == 0:
            d, g, _ = SAM(self.rho).direction(x, (), gradient)
            g_v = difference(d, ratio(dot(d, g), dot(g, g)) * g)
        else:
            g = gradient(x)
            d = g + (self.alpha * ratio(norm(g), norm(g_v))) * g_v
        return d, g, (g_v, (phase + 1) % self.k)
