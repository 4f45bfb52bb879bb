"""SAM on samples that are drawn by how much an ascent raised their losses."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import count
from typing import Any

from theory.method import Method, hyperparameter, need, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class AUSAM(Method):
    r"""AUSAM, **reconstructed**: SAM on a random part S of the batch.

    $$d = \nabla f_S(w + \rho\, u(g)), \quad g = \nabla f_S(w), \quad
      P(i \in S) = p_i = \min(1, \max(p_{\min}, c A_i)), \quad
      \textstyle\sum_i p_i = \alpha b,$$

    $A_i$ the mean, over the steps that drew sample i, of
    $|l_i(w + \varepsilon) - l_i(w)|$. The draws are independent, made again when none
    is drawn; the first epoch is full; f_S is a plain mean, without $1/p_i$. Where the
    samples with $A_i > 0$ do not suffice, the others share what is left: all equal,
    $p_i = \alpha$.

    One run at a time: others would draw parts of other sizes. Of the paper the idea
    alone was known; this form and its numbers are ours.

    Args:
        rho: radius, a length, >= 0.
        alpha: the expected share of samples drawn, in (0, 1].
        p_min: the least probability, in [0, alpha].

    Raises:
        ValueError: a number is out of range.
    """

    rho: Any = hyperparameter(0.05)
    alpha: float = hyperparameter(0.5, high=1.0, static=True)
    p_min: float = hyperparameter(0.05, high=1.0, static=True)

    label = "AUSAM (reconstructed)"
    color = "#6699CC"
    steady = False
    source = "arXiv 2406.08001 (reconstructed)"
    formula = r"\nabla f_S(w + \rho u(g_S))"
    cost = "2*alpha"
    besides = "2 in the first epoch"
    reductions = (
        Reduces("sam", {"alpha": 1}),
        Reduces("sam", given="on a uniform part, equal $A_i$"),
        Reduces("gd", {"rho": 0}, given="on the samples drawn"),
    )
    equalised = "on the samples drawn"

    @property
    def alone(self) -> bool:
        """Unless all samples are."""
        return self.alpha < 1

    def __post_init__(self) -> None:
        """Refuses probabilities without a solution."""
        Method.__post_init__(self)
        if not 0 < self.alpha >= self.p_min:
            raise ValueError(
                f"`AUSAM` takes p_min <= alpha > 0, got {self.p_min} and {self.alpha}."
            )

    def direction(self, x, state, gradient):
        r"""$(\nabla f_S(w + \rho u(g)), g)$; the state is $(A, \text{visits})$."""
        if self.alpha == 1:
            g = gradient(x)
            e = x + self.rho * unit(g)
            return gradient(e), g, state
        part, which = gradient, need(self, gradient, "indices")
        if not state:
            none = need(self, gradient, "uniform")(x, gradient.total) * 0.0
            state = (none, none)
        if need(self, gradient, "epoch") > 0 and which.ndim == 1:
            chosen = self._drawn(state[0][which].tolist(), x, gradient)
            part, which = gradient.subset(chosen), which[chosen]
        before, g = need(self, part, "losses_and_gradient")(x)
        if which.ndim > 1 or before.ndim > 1:
            raise ValueError(
                "`AUSAM` draws the samples of one run at a time, got losses of shape "
                f"{tuple(before.shape)}."
            )
        after, d = part.losses_and_gradient(x + self.rho * unit(g))
        return d, g, _visited(*state, which, abs(after - before))

    def _drawn(self, A, x, gradient):
        """Places of the samples drawn, at least one."""
        p = probabilities(A, self.alpha * len(A), self.p_min)
        for attempt in count():
            u = gradient.uniform(x, len(A), draw=attempt).tolist()
            chosen = [i for i in range(len(A)) if u[i] < p[i]]
            if chosen:
                return chosen


def probabilities(A: list[float], total: float, p_min: float) -> list[float]:
    r"""$\min(1, \max(p_{\min}, c A_i))$ of this sum, exact up to rounding."""
    known = [a for a in A if a > max(A) * 1e-300]
    zeros = len(A) - len(known)
    if len(known) + p_min * zeros <= total:
        return [1.0 if a > max(A) * 1e-300 else (total - len(known)) / zeros for a in A]

    def p(c: float) -> list[float]:
        return [min(1.0, max(p_min, c * a / max(A))) for a in A]

    # The sum is linear in c between the places where a sample's p begins or stops.
    ends = sorted([0.0, *(q * max(A) / a for a in known for q in (p_min, 1.0))])
    i = max(1, bisect_left(ends, total, key=lambda c: sum(p(c))))
    low, high = ends[i - 1], ends[i]
    below, above = sum(p(low)), sum(p(high))
    return p(low + (high - low) * ((total - below) / ((above - below) or 1)))


def _visited(A: Any, visits: Any, which: Any, rise: Any) -> tuple[Any, Any]:
    """The running means after one more visit of some samples."""
    A, visits = A * 1, visits * 1
    visits[which] = visits[which] + 1
    A[which] = A[which] + (rise - A[which]) / visits[which]
    return A, visits
