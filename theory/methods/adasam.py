"""SAM with AMSGrad's moments."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, maximum, ratio, root
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class AdaSAM(Method):
    r"""AdaSAM, AMSGrad fed with SAM's gradient: $d_t = m_t / \sqrt{\hat v_t}$.

    Coordinate by coordinate, with $\tilde g = \nabla f(w + \rho\, u(g))$,

    $$m_t = \beta_1 m_{t-1} + (1 - \beta_1) \tilde g_t, \quad
      v_t = \beta_2 v_{t-1} + (1 - \beta_2) \tilde g_t^2, \quad
      \hat v_t = \max(\hat v_{t-1}, v_t),$$

    $m_{-1} = v_{-1} = 0$, $\hat v_{-1} = \delta^2$: no bias correction, so that a first
    step is $3.16\,\eta$ long in every coordinate. The learning rate is the base's,
    which has no moments; its weight decay is decoupled.

    Stable does not wrap it: it would rescale a step, not a gradient. Known from a port
    of the code. No published defaults were found; these of the moments are Adam's.

    Args:
        rho: radius of the ascent step, a length in parameter space, >= 0.
        beta1: $\beta_1$, the share of the past in m, in [0, 1].
        beta2: $\beta_2$, likewise in v.
        delta: $\delta$, the least $\sqrt{\hat v}$, >= 0; at 0, 0/0 is 0.
        stable: $\tilde g$ gets the norm of g.
    """

    rho: Any = hyperparameter(0.05)
    beta1: Any = hyperparameter(0.9, high=1.0)
    beta2: Any = hyperparameter(0.999, high=1.0)
    delta: Any = hyperparameter(1e-8)
    stable: bool = hyperparameter(False, static=True)

    color = "#6A3D9A"
    whole_step = True
    source = "Sun et al., arXiv 2303.00565 (secondary)"
    formula = r"m(\tilde g) / \sqrt{\hat v(\tilde g)}"
    cost = "2"
    reductions = (
        Reduces("AMSGrad without bias correction", {"rho": 0}),
        Reduces("sam", {"beta1": 0, "beta2": 1, "delta": 1}),
    )
    equalised = "its option renormalises before the moments"

    @property
    def label(self) -> str:
        """The renormalised form is shown."""
        return "AdaSAM (stable)" if self.stable else "AdaSAM"

    def init(self, x):
        r"""$(m, v, \hat v) = (0, 0, \delta^2)$."""
        return x * 0.0, x * 0.0, x * 0.0 + self.delta * self.delta

    def direction(self, x, state, gradient):
        r"""$(m / \sqrt{\hat v}, g)$."""
        m, v, v_hat = state
        sam = Stable(SAM(self.rho)) if self.stable else SAM(self.rho)
        ahead, g, _ = sam.direction(x, (), gradient)
        m = self.beta1 * m + (1 - self.beta1) * ahead
        v = self.beta2 * v + (1 - self.beta2) * (ahead * ahead)
        v_hat = maximum(v_hat, v)
        return ratio(m, root(v_hat)), g, (m, v, v_hat)
