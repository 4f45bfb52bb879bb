"""SAM whose ball is a cube."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, sign
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class LinfSAM(Method):
    r"""$\ell_\infty$-SAM: $d = \nabla f(w + \rho\,\mathrm{sign}(g))$.

    Here $g = \nabla f(w)$ and $\mathrm{sign}(0) = 0$. It does not turn with the
    landscape.

    Args:
        rho: ascent in every coordinate, a length, >= 0; $\|\varepsilon\|_2$ is up to
            $\sqrt d$ times as long.
    """

    rho: Any = hyperparameter(0.05)

    label = "LinfSAM"
    color = "#661100"
    source = "Moon, Si & Yun, arXiv 2603.08290 (secondary)"
    formula = r"\nabla f(w + \rho \mathrm{sign}(g))"
    cost = "2"
    reductions = (
        Reduces("gd", {"rho": 0}),
        Reduces("sam", given="in one dimension"),
    )

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho\,\mathrm{sign}(g)), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * sign(g)), g, state
