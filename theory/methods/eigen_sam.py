"""SAM that leans towards the dominant eigenvector of the Hessian."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, dot, hyperparameter, need, sign, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class EigenSAM(Method):
    r"""Eigen-SAM: $d = \nabla f(w + \varepsilon)$, $g = \nabla f(w)$.

    $$\varepsilon = \rho\,\bigl(u(g) + \alpha\,\mathrm{sign}\langle g, v\rangle\,
      v_\perp\bigr), \qquad v_\perp = v - \langle v, u(g)\rangle\, u(g),$$

    v the unit eigenvector of the Hessian's eigenvalue of largest size (of either sign),
    as far as power iterations have found it: v is random in step 0, and every 100
    steps it goes on by 5 iterations $v \leftarrow u(Hv)$ (v stays where Hv = 0). v and
    -v are the same to it; sign(0) = 0; $\varepsilon$ is up to
    $\sqrt{1 + \alpha^2}\,\rho$ long.

    A Hessian-vector product costs about two gradients.

    Args:
        rho: radius, a length, >= 0.
        alpha: how far it leans, >= 0.
        every: steps between two refreshes, >= 1.
        iterations: of a refresh, >= 1.
    """

    rho: Any = hyperparameter(0.05)
    alpha: Any = hyperparameter(0.2)
    every: int = hyperparameter(100, low=1, static=True)
    iterations: int = hyperparameter(5, low=1, static=True)

    label = "EigenSAM"
    color = "#BB5566"
    steady = False
    source = "Luo et al., arXiv 2501.12666 (code)"
    formula = r"\nabla f(w + \rho(u(g) \pm \alpha v_\perp))"
    cost = "2 + 2*iterations/every"
    reductions = (Reduces("sam", {"alpha": 0}), Reduces("gd", {"rho": 0}))

    def init(self, x):
        """v, which step 0 draws."""
        return (x * 0.0,)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \varepsilon), g)$."""
        (v,), step = state, need(self, gradient, "step")
        if step == 0:
            v = unit(v + need(self, gradient, "uniform")(x) + (-0.5))
        if step % self.every == 0:
            for _ in range(self.iterations):
                Hv = unit(need(self, gradient, "hvp")(x, v))
                v = Hv + v * (dot(Hv, Hv) == 0)
        g = gradient(x)
        across = v - dot(v, unit(g)) * unit(g)
        e = self.rho * (unit(g) + (self.alpha * sign(dot(g, v))) * across)
        return gradient(x + e), g, (v,)
