"""SAM that turns its direction to where the loss is seen to rise most."""

from dataclasses import dataclass
from typing import Any

from theory.method import (
    Method,
    column,
    difference,
    dot,
    hyperparameter,
    need,
    norm,
    ratio,
    unit,
)
from theory.reduces import Reduces

NARROW = 1e-8  # the sine of an angle that counts as none


@dataclass(frozen=True, eq=False)
class XSAM(Method):
    r"""XSAM: $d = \|g_k\|\, v(a^*)$, turned from the ascent towards its gradient.

    $w_0 = w$, $w_{j+1} = w_j + (\rho/k)\, u(g_j)$, $g_j = \nabla f(w_j)$. With
    $v_0 = u(w_k - w)$, $v_1 = u(g_k)$ and the angle $\psi$ between them,

    $$v(a) = \frac{\sin((1-a)\psi)\, v_0 + \sin(a\psi)\, v_1}{\sin\psi}, \qquad
      a^* = \mathrm{argmax}_{a = 0, .1, \dots, 2}\, f(w + \rho_{\max} v(a)),$$

    the first maximum, found in each epoch's first step and kept for the others. Where
    $w_k = w$ or $\sin\psi < 10^{-8}$, $d = g_k$.

    The raw gradient is $g_0$. The defaults are ours.

    Args:
        rho: length of the ascent's k steps together, >= 0.
        k: steps of the ascent, >= 1.
        rho_max: $\rho_{\max}$, how far away the search looks, a length, >= 0.
        a: where there is no search, and until the first, in [0, 2].
        search: whether $a^*$ is looked for.
    """

    rho: Any = hyperparameter(0.05)
    k: int = hyperparameter(1, low=1, static=True)
    rho_max: Any = hyperparameter(0.05)
    a: Any = hyperparameter(1.0, high=2.0)
    search: bool = hyperparameter(True, static=True)

    label = "XSAM"
    color = "#004488"
    steady = False
    source = "arXiv 2603.10048 (code)"
    formula = r"\lVert g_k\rVert v(a^\star)"
    cost = "k + 1"
    besides = "21 values an epoch"
    reductions = (
        Reduces("sam", {"k": 1, "a": 1, "search": False}, exact=False),
        Reduces("gd", {"k": 1, "a": 0, "search": False}, given="in direction"),
        Reduces("gd", {"rho": 0}),
    )
    equalised = r"$\lVert g_0\rVert$, not $\lVert g_k\rVert$"

    def init(self, x):
        """The a of every run."""
        return (dot(x * 0.0, x) + self.a,)

    def direction(self, x, state, gradient):
        r"""$(\|g_k\|\, v(a^*), g_0)$."""
        g = g_k = gradient(x)
        e = x * 0.0
        for _ in range(self.k):
            e = e + (self.rho / self.k) * unit(g_k)
            g_k = gradient(x + e)
        v0, v1, (a,) = unit(e), unit(g_k), state
        if self.search and need(self, gradient, "new_epoch"):
            a = self._highest(x, v0, v1, need(self, gradient, "value"))
        p, q = _turned(v0, v1, a)
        return (norm(g_k) * p) * v0 + q * g_k, g, (a,)

    def _highest(self, x, v0, v1, value):
        """The first of 0, .1, ..., 2 at which the loss is highest."""
        best, a = None, 0.0
        for j in range(21):
            p, q = _turned(v0, v1, j / 10)
            f = column(x, value(x + self.rho_max * (p * v0 + q * v1)))
            higher = 1.0 * (f > best) if j else 0.0 * f
            best = f * higher + best * (1 - higher) if j else f
            a = a + higher * (j / 10 - a)
        return a


def _turned(v0: Any, v1: Any, a: Any) -> tuple[Any, Any]:
    r"""Coefficients of $v_0, v_1$ in v(a), by $\sin(a\psi) = \Im(e^{i\psi})^a$."""
    c = dot(v0, v1)
    s = norm(difference(v1, c * v0))  # of 1 - c^2 rounding would be left
    open_ = 1.0 * (s >= NARROW) * (dot(v0, v0) > 0)
    z = open_ * (c + 1j * s) + (1 - open_)
    return ratio((z ** (1 - a)).imag, s), ratio((z**a).imag, s) + (1 - open_)
