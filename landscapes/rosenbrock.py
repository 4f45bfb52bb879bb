"""Rosenbrock's banana valley."""

from sympy import symbols

from landscapes.analytic import Analytic


def rosenbrock() -> Analytic:
    r"""$f(x, y) = (1 - x)^2 + 100 (y - x^2)^2$: one minimum at (1, 1), no saddle."""
    x, y = symbols("x y", real=True)
    return Analytic(
        name="rosenbrock",
        symbols=(x, y),
        expression=(1 - x) ** 2 + 100 * (y - x**2) ** 2,
        start=(-1.2, 1.0),
        box=((-2, 2), (-1, 3)),
    )
