"""SAM whose ascent leaves the full gradient out."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, difference, dot, hyperparameter, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class FriendlySAM(Method):
    r"""F-SAM, ascent along a batch's own noise: $d_t = \nabla f(w_t + \varepsilon_t)$.

    $$\varepsilon_t = \rho\, u(g_t - \sigma m_{t-1}), \qquad
      m_t = \lambda m_{t-1} + (1 - \lambda) g_t, \qquad g_t = \nabla f(w_t),$$

    and $\varepsilon_0 = \rho\, u(g_0)$, $m_0 = g_0$. A difference below about 1e-12 of
    its terms (in float64) counts as 0. At a zero gradient it may move.

    The average is of raw gradients, before anything overwrites them, and scales with
    the loss. This is the authors' code; their paper (secondary) has $m_t$ in place of
    $m_{t-1}$, the same direction where $\sigma (1 - \lambda) < 1$: its $\sigma$ is
    $\sigma\lambda/(1 - \sigma + \sigma\lambda)$ here.

    Args:
        rho: radius of the ascent step, a length, >= 0; published .2 (CIFAR-100).
        sigma: how much of the average is left out, >= 0.
        lam: $\lambda$, the share of the past, in [0, 1]; published .6 to .95.
    """

    rho: Any = hyperparameter(0.2)
    sigma: Any = hyperparameter(1.0)
    lam: Any = hyperparameter(0.9, high=1.0)

    label = "F-SAM"
    color = "#EE3377"
    source = "Li et al., arXiv 2403.12350 (code)"
    formula = r"\nabla f(w + \rho u(g - \sigma m))"
    cost = "2"
    reductions = (Reduces("sam", {"sigma": 0}), Reduces("gd", {"rho": 0}))

    def init(self, x):
        """No average yet, and no step taken: $(0, 0)$."""
        m = x * 0.0
        return m, dot(m, m)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho\, u(g - \sigma m)), g)$."""
        m, begun = state
        g = gradient(x)
        d = gradient(x + self.rho * unit(difference(g, self.sigma * m)))
        past = self.lam * begun
        return d, g, (past * m + (1 - past) * g, 0 * begun + 1)
