"""Gradient descent."""

from dataclasses import dataclass

from theory.method import Method


@dataclass(frozen=True, eq=False)
class GD(Method):
    r"""Gradient descent (SGD on samples): $d = g = \nabla f(w)$."""

    label = "GD"
    color = "#000000"
    source = "classical"
    formula = "g"
    cost = "1"

    def direction(self, x, state, gradient):
        """$(g, g)$."""
        g = gradient(x)
        return g, g, state
