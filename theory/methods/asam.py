"""SAM in a ball that scales with the weights."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, absolute, fill, hyperparameter, places, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class ASAM(Method):
    r"""ASAM, adaptive ascent: $d = \nabla f(w + \varepsilon)$, $g = \nabla f(w)$.

    $\varepsilon = \rho\, T \odot u(T \odot g)$, with $T = |w| + \eta_T$ in every
    coordinate of parameters whose name contains "weight" (so the gain of a batch
    normalisation too) and $T = 1$ in the others. Where parameters have no names, on a
    surface, all are weights.

    With $\eta_T = 0$ and T everywhere, $w' = Dw$ for a diagonal D has $\varepsilon' =
    D\varepsilon$. It does not turn with the landscape.

    Args:
        rho: radius, relative to the weights' size, >= 0; published .5 and 1 (CIFAR-10
            and 100).
        eta_T: added to $|w|$, >= 0: .01 in the authors' class, 0 in their commands.
        everywhere: $T = |w| + \eta_T$ for all parameters, whatever their names.
    """

    rho: Any = hyperparameter(0.5)
    eta_T: Any = hyperparameter(0.01)
    everywhere: bool = hyperparameter(False, static=True)

    label = "ASAM"
    color = "#CCBB44"
    source = "Kwon et al., arXiv 2102.11600 (code)"
    formula = r"\nabla f(w + \rho T \odot u(T \odot g))"
    cost = "2"
    reductions = (
        Reduces("sam", {"eta_T": 0}, given=r"$\lvert w_i\rvert = 1$"),
        Reduces("gd", {"rho": 0}),
    )
    equalised = "plain norms"

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + \rho\, T \odot u(T \odot g)), g)$."""
        g = gradient(x)
        T = absolute(x) + self.eta_T
        if not self.everywhere:
            T = fill(T, places(gradient, without="weight"), 1.0)
        return gradient(x + self.rho * (T * unit(T * g))), g, state
