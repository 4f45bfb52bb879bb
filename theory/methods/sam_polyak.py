"""SAM with Polyak's step size, measured at the ascent point."""

from dataclasses import dataclass
from math import inf
from typing import Any

from theory.method import (
    Method,
    column,
    dot,
    hyperparameter,
    maximum,
    minimum,
    need,
    ratio,
    unit,
)
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class SAMPolyak(Method):
    r"""SAM-Polyak, a step for a learning rate of 1: $d = \gamma\, g_e$.

    $$\gamma = \min\Bigl(\max\Bigl(0,
      \frac{f(e) - f^* - \langle g_e, e - w\rangle}{\|g_e\|^2}\Bigr), \gamma_b\Bigr),
      \qquad g_e = \nabla f(e), \quad e = w + \rho\, u(g), \quad g = \nabla f(w),$$

    and $\gamma = 0$ where $g_e = 0$. On a quadratic with $f^* = 0$ it stalls exactly
    where $\varepsilon^\top H \varepsilon \ge w^\top H w$, $\varepsilon = e - w$.

    Args:
        rho: of the ascent: a length, or, un-normalised, a multiple of g; >= 0.
        f_star: $f^*$, the least value of the loss on the sample.
        cap: $\gamma_b$, the largest step, >= 0; `inf` leaves it free.
        normalised: ascends along u(g), as the code does; False is $e = w + \rho g$,
            which L15 speaks of.
    """

    rho: Any = hyperparameter(0.05)
    f_star: Any = hyperparameter(0.0, low=-inf)
    cap: float = hyperparameter(1.0, static=True, finite=False)
    normalised: bool = hyperparameter(True, static=True)

    color = "#332288"
    whole_step = True
    source = "Oikonomou & Loizou, arXiv 2606.01827 (code)"
    formula = r"\gamma \tilde g"
    cost = "2"
    besides = "a value"
    reductions = (
        Reduces("sam", given="in direction"),
        Reduces("SPS_max (c = 1)", {"rho": 0}, exact=False),
    )

    @property
    def label(self) -> str:
        """The un-normalised form is shown."""
        return "SAM-Polyak" if self.normalised else "SAM-Polyak (un-normalised)"

    @property
    def radius_unit(self) -> str:
        """A rate where the ascent is not normalised."""
        return "length" if self.normalised else "rate"

    def direction(self, x, state, gradient):
        r"""$(\gamma g_e, g)$."""
        value = need(self, gradient, "value")
        g = gradient(x)
        e = x + self.rho * (unit(g) if self.normalised else g)
        g_e = gradient(e)
        gap = column(e, value(e)) - self.f_star - dot(g_e, e - x)
        gamma = maximum(ratio(gap, dot(g_e, g_e)), 0)
        if self.cap < inf:
            gamma = minimum(gamma, self.cap)
        return gamma * g_e, g, state
