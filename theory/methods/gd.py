"""Gradient descent."""

from dataclasses import dataclass

from theory.method import Method


@dataclass(frozen=True, eq=False)
class GD(Method):
    r"""Gradient descent (SGD on samples): $d = g = \nabla f(w)$.

    Cost: one gradient. Source: classical.
    """

    label = "GD"
    color = "#000000"

    def direction(self, x, state, gradient):
        """$(g, g)$."""
        g = gradient(x)
        return g, g, state
