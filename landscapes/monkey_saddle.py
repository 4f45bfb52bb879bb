"""A degenerate saddle: the Hessian vanishes."""

from sympy import symbols

from landscapes.analytic import Analytic


def monkey_saddle() -> Analytic:
    r"""$f(x, y) = x^3 - 3 x y^2$: a degenerate saddle at 0, where the Hessian is 0."""
    x, y = symbols("x y", real=True)
    return Analytic(
        name="monkey_saddle",
        symbols=(x, y),
        expression=x**3 - 3 * x * y**2,
        start=(0.5, 0.01),
        box=((-1, 1), (-1, 1)),
        declared_points=((0, 0),),
    )
