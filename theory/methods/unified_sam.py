"""SAM and USAM as the two ends of one family."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class UnifiedSAM(Method):
    r"""UnifiedSAM, ascent between USAM's and SAM's: $d = \nabla f(w + \varepsilon)$.

    $\varepsilon = \rho\,((1 - \lambda)\, g + \lambda\, u(g))$, $g = \nabla f(w)$.

    In the authors' code $\lambda$ is a constant, $1/(t+1)$ or $1 - 1/(t+1)$
    (`theory.schedule`); the default in the middle is ours.

    Args:
        rho: radius, >= 0.
        lam: the share of normalised ascent, in [0, 1].
    """

    rho: Any = hyperparameter(0.05)
    lam: Any = hyperparameter(0.5, high=1.0)

    label = "UnifiedSAM"
    color = "#009E73"
    source = "Oikonomou & Loizou, arXiv 2503.02225 (code)"
    formula = r"\nabla f(w + \rho((1-\lambda)g + \lambda u(g)))"
    cost = "2"
    reductions = (
        Reduces("usam", {"lam": 0}),
        Reduces("sam", {"lam": 1}),
        Reduces("gd", {"rho": 0}),
    )

    @property
    def radius_unit(self) -> str:
        """A rate at lam = 0; else a length, which is what is left as g vanishes."""
        usam = isinstance(self.lam, (int, float)) and self.lam == 0
        return "rate" if usam else "length"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \varepsilon), g)$."""
        g = gradient(x)
        ascent = (1 - self.lam) * g + self.lam * unit(g)
        return gradient(x + self.rho * ascent), g, state
