"""SAM that ascends in some coordinates only."""

from dataclasses import dataclass
from math import cos, pi
from typing import Any

from theory.method import Method, absolute, hyperparameter, need, unit
from theory.reduces import Reduces
from theory.smallest import count, smallest

SOURCE = "Mi et al., arXiv 2210.05177 and arXiv 2306.17504 (code, repaired)"
ENDS = (
    Reduces("sam", {"sparsity": 0}),
    Reduces("gd", {"sparsity": 1}),
    Reduces("gd", {"rho": 0}),
)


def _masked(method: Method, x: Any, state: Any, gradient: Any) -> tuple:
    r"""$(\nabla f(w + M \odot \rho\, u(g)), g)$ with the mask of the state."""
    g = gradient(x)
    e = x + state[0] * (method.rho * unit(g))
    return gradient(e), g, state


def _live(x: Any, sparsity: float) -> int:
    """How many coordinates are perturbed."""
    return count(x) - round(count(x) * sparsity)


def _due(method: Method, gradient: Any) -> bool:
    """Whether an epoch begins whose number is a multiple of `every`."""
    begins = need(method, gradient, "new_epoch")
    return begins and gradient.epoch % method.every == 0


@dataclass(frozen=True, eq=False)
class SparseSAM(Method):
    r"""SparseSAM-F, ascent where Fisher's information is largest.

    $$d = \nabla f(w + M \odot \rho\, u(g)), \quad g = \nabla f(w), \quad
      M = \text{the } d - \mathrm{round}(d\,s) \text{ largest of } \textstyle\sum_i
      (\nabla l_i(w))^2,$$

    over single samples i of the batch, ties by index; M is found before step 0 and at
    the first step of every T-th epoch. The norm is that of all of g, and what the mask
    leaves is not normalised again: $\|\varepsilon\| \le \rho$. The information is that
    of the point and the batch, which no gradient left over and no batch normalisation
    over one sample falsifies.

    In the authors' code M begins at zero. It does not turn with the landscape.

    Args:
        rho: radius, a length, >= 0.
        sparsity: s, the share of coordinates left alone, in [0, 1].
        every: T, in epochs, >= 1.
        samples: how many single samples, >= 1, the first of the batch.
    """

    rho: Any = hyperparameter(0.05)
    sparsity: float = hyperparameter(0.5, high=1.0, static=True)
    every: int = hyperparameter(5, low=1, static=True)
    samples: int = hyperparameter(16, low=1, static=True)

    label = "SparseSAM-F"
    color = "#999933"
    steady = False
    source = SOURCE
    formula = r"\nabla f(w + M_{F} \odot \rho u(g))"
    cost = "2"
    besides = "a gradient a sample where M is found"
    reductions = ENDS
    equalised = "of all of g"

    def init(self, x):
        """The mask: all or nothing where s decides it; found in step 0 elsewhere."""
        return (x * 0.0 + 1.0 * (_live(x, self.sparsity) == count(x)),)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + M \odot \rho\, u(g)), g)$."""
        live = _live(x, self.sparsity)
        if 0 < live < count(x) and _due(self, gradient):
            fisher = need(self, gradient, "squares")(x, self.samples)
            state = (smallest(-fisher, live),)
        return _masked(self, x, state, gradient)


@dataclass(frozen=True, eq=False)
class SparseSAMD(Method):
    r"""SparseSAM-D, ascent under a mask that drops small gradients and grows at random.

    $d = \nabla f(w + M \odot \rho\, u(g))$ as in SparseSAM-F. $M_0$ has
    $d - \mathrm{round}(d\,s)$ ones at random places. At the first step of epochs
    k = T, 2T, ... those D = min(live q, dead) live coordinates drop out in which |g| is
    smallest, and D of those that were dead before grow in at random, with
    $q = \tfrac12 d_0 (1 + \cos(\pi k/E))$; used from the next step on.

    In the authors' code growth is capped, so that s = 0 perturbs half of the weights.
    It does not turn with the landscape.

    Args:
        rho: radius, a length, >= 0.
        sparsity: s, the share of coordinates left alone, in [0, 1].
        every: T, in epochs, >= 1.
        drop: $d_0$, the first share of live coordinates that drop out, in [0, 1].
        epochs: E, after which none drops out any more, >= 1; the default is ours.
    """

    rho: Any = hyperparameter(0.05)
    sparsity: float = hyperparameter(0.5, high=1.0, static=True)
    every: int = hyperparameter(5, low=1, static=True)
    drop: float = hyperparameter(0.5, high=1.0, static=True)
    epochs: int = hyperparameter(200, low=1, static=True)

    label = "SparseSAM-D"
    color = "#44AA99"
    steady = False
    source = SOURCE
    formula = r"\nabla f(w + M_{D} \odot \rho u(g))"
    cost = "2"
    reductions = ENDS
    equalised = "of all of g"

    def init(self, x):
        """The mask: all or nothing where s decides it; drawn in step 0 elsewhere."""
        return (x * 0.0 + 1.0 * (_live(x, self.sparsity) == count(x)),)

    def direction(self, x, state, gradient):
        r"""$(\nabla f(w + M \odot \rho\, u(g)), g)$."""
        live = _live(x, self.sparsity)
        if not 0 < live < count(x):
            return _masked(self, x, state, gradient)
        if need(self, gradient, "step") == 0:
            scores = x * 0.0 + need(self, gradient, "uniform")(x)
            state = (smallest(scores, live),)
        d, g, (mask,) = _masked(self, x, state, gradient)
        if _due(self, gradient) and gradient.epoch > 0:
            k = min(gradient.epoch, self.epochs)
            q = self.drop / 2 * (1 + cos(pi * k / self.epochs))
            turned = int(min(live * q, count(x) - live))
            dropped = smallest(absolute(g), turned, mask, 1)
            grown = smallest(x * 0.0 + gradient.uniform(x, draw=1), turned, mask, 0)
            mask = mask - dropped + grown
        return d, g, (mask,)


ALIASES = {"sparse-sam-d": SparseSAMD}
