"""SAM that ascends in some tensors and descends on some samples."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, dot, fill, hyperparameter, need, unit
from theory.methods.stable import compared
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class ESAM(Method):
    r"""Efficient SAM: $d = \nabla f_{B'}(w + \varepsilon)$, $B'$ a part of the batch.

    $$\varepsilon = \frac{\rho}{\beta_s}\, u(g), \qquad
      g = M \odot \nabla f_B(w), \qquad
      B' = \text{the } \max(1, \lfloor\gamma_s b\rfloor) \text{ samples of largest }
      l_i(w + \varepsilon) - l_i(w).$$

    The mask M is 1 in active tensors: whole parameter tensors, as in the code (not
    single coordinates), all in step 0, later each with probability $\beta_s$; where
    none is active $\varepsilon = 0$. Samples tie in random order. The expected
    ascent is scaled by $\beta_s$, as code and author say (in print: $1 - \beta_s$).

    It costs a gradient, a forward pass to select (1/3) and $\gamma_s$ gradients. The
    raw gradient is g, zero in tensors that are not active. The authors' code keeps one
    sample less, and none where all tie.

    Args:
        rho: radius, a length, >= 0.
        beta: $\beta_s$, the probability of a tensor to be active, in (0, 1].
        gamma: $\gamma_s$, the share of samples kept, in [0, 1].

    Raises:
        ValueError: a number is out of range.
    """

    rho: Any = hyperparameter(0.05)
    beta: float = hyperparameter(0.6, high=1.0, static=True)
    gamma: float = hyperparameter(0.5, high=1.0, static=True)

    label = "ESAM"
    color = "#882255"
    steady = False
    source = "Du et al., arXiv 2110.03141 (code, repaired)"
    formula = r"\nabla f_{B'}(w + \rho u(M \odot g) / \beta_s)"
    cost = "1 + ceiling(1 - gamma)/3 + gamma"
    besides = "less what tensors at rest save"
    reductions = (
        Reduces("sam", {"beta": 1, "gamma": 1}),
        Reduces("gd", {"rho": 0}, given="on the samples kept"),
    )
    equalised = "over active tensors"

    def __post_init__(self) -> None:
        """Refuses a probability of zero too, by which it is divided."""
        Method.__post_init__(self)
        if self.beta == 0:
            raise ValueError("`ESAM` takes beta > 0, got 0.")

    def init(self, x):
        """The mask of the last step; none where all tensors are always active."""
        return (x * 0.0,) if self.beta < 1 else ()

    def direction(self, x, state, gradient):
        r"""$(\nabla f_{B'}(w + \varepsilon), g)$."""
        active, before = None, None
        if self.beta < 1:
            active = self._active(x, gradient)
            segments = need(self, gradient, "segments").values()
            chosen = [place for place, on in zip(segments, active, strict=True) if on]
            state = (fill(x * 0.0, chosen, 1.0),)
        if self.beta < 1 or self.gamma < 1:
            before, g = need(self, gradient, "losses_and_gradient")(x, active)
            g = g if active is None else state[0] * g
        else:
            g = gradient(x)
        e = x + (self.rho / self.beta) * unit(g)
        if self.gamma < 1:
            gradient = self._largest(e, gradient, before)
        return gradient(e), g, state

    def _active(self, x, gradient):
        """A truth value a tensor."""
        size = len(need(self, gradient, "segments"))
        if need(self, gradient, "step") == 0:
            return [True] * size
        return (need(self, gradient, "uniform")(x, size) < self.beta).tolist()

    def _largest(self, e, gradient, before):
        """The samples whose loss has risen most."""
        rise = need(self, gradient, "losses")(e) - before
        b = need(self, gradient, "size")
        order = need(self, gradient, "uniform")(e, b, draw=1).argsort()
        kept = max(1, int(self.gamma * b + 1e-9))
        first = (-rise[..., order]).argsort(axis=-1, stable=True)[..., :kept]
        return gradient.subset(order[first])


@compared.register
def _(method: ESAM, d, g, state):
    """Over active tensors; where there is none, d stays as it is."""
    if not state:
        return d, g
    rest = d * (1.0 * (dot(state[0], state[0]) == 0))
    return state[0] * d + rest, g + rest
