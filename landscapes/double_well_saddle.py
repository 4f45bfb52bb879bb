"""A strict saddle between two minima."""

from sympy import symbols

from landscapes.analytic import Analytic


def double_well_saddle() -> Analytic:
    r"""$f(x, y) = x^2 - y^2 + y^4/4$: a saddle at 0, minima at $(0, \pm\sqrt 2)$."""
    x, y = symbols("x y", real=True)
    return Analytic(
        name="double_well_saddle",
        symbols=(x, y),
        expression=x**2 - y**2 + y**4 / 4,
        start=(-1.0, 0.01),
        box=((-2, 2), (-2, 2)),
    )
