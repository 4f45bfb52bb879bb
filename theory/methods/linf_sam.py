"""SAM whose ball is a cube."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, sign


@dataclass(frozen=True, eq=False)
class LinfSAM(Method):
    r"""$\ell_\infty$-SAM: $d = \nabla f(w + \rho\,\mathrm{sign}(g))$.

    Here $g = \nabla f(w)$ and $\mathrm{sign}(0) = 0$. Cost: two gradients. $\rho = 0$
    is GD; in one dimension it is SAM. It does not turn with the landscape. Source:
    Moon, Si & Yun, arXiv 2603.08290 (secondary).

    Args:
        rho: ascent in every coordinate, a length, >= 0; $\|\varepsilon\|_2$ is up to
            $\sqrt d$ times as long.
    """

    rho: Any = hyperparameter(0.05)

    label = "LinfSAM"
    color = "#661100"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho\,\mathrm{sign}(g)), g)$."""
        g = gradient(x)
        return gradient(x + self.rho * sign(g)), g, state
