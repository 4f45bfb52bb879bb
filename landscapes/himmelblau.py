"""Himmelblau's function: four minima, four saddles, one maximum."""

from sympy import symbols

from landscapes.analytic import Analytic


def himmelblau() -> Analytic:
    r"""$f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2$."""
    x, y = symbols("x y", real=True)
    return Analytic(
        name="himmelblau",
        symbols=(x, y),
        expression=(x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        start=(0.0, -3.0),
        box=((-5, 5), (-5, 5)),
    )
