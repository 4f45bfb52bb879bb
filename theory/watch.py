"""Watch: the extremes of a window, kept in place of its states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.job import where
from theory.method import dot, root
from theory.tree import map_leaves


@dataclass(frozen=True, eq=False)
class Watch:
    r"""What a run did over a window; leaves as a Progress's.

    Args:
        origin: the window's first state.
        last: its last one.
        low: smallest coordinates of its states.
        high: largest ones.
        back: least $\|x_t - x_0\|^2$, t >= 1: a cycle would come back.
        g_low: least $\|g\|^2$ along the window.
        g_high: largest $\|g\|^2$.
        d_high: largest $\|d\|^2$.
        push: sum of $\|d\| - \|g\|$.
    """

    origin: Any
    last: Any
    low: Any
    high: Any
    back: Any
    g_low: Any
    g_high: Any
    d_high: Any
    push: Any

    @classmethod
    def begin(cls, x: Any, zero: Any) -> Watch:
        """Before the window that begins at x; `zero` is a scalar of the batch."""
        none = zero + float("inf")
        return cls(x, x, x, x, none, none, zero, zero, zero)

    def seeing(self, x: Any, after: Any, d: Any, g: Any) -> Watch:
        """One more state: its point, the next point and both gradients."""
        away, gg, dd = after - self.origin, dot(g, g), dot(d, d)
        return Watch(
            self.origin,
            x,
            map_leaves(_smaller, self.low, x),
            map_leaves(_larger, self.high, x),
            _smaller(self.back, dot(away, away)),
            _smaller(self.g_low, gg),
            _larger(self.g_high, gg),
            _larger(self.d_high, dd),
            self.push + (root(dd) - root(gg)),
        )


# What is not finite has no part in it: such a run has left.
def _smaller(a: Any, b: Any) -> Any:
    return where(b < a, b, a)


def _larger(a: Any, b: Any) -> Any:
    return where(b > a, b, a)
