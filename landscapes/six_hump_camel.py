"""The six-hump camel: six minima, seven saddles, two maxima."""

from sympy import Rational, symbols

from landscapes.analytic import Analytic


def six_hump_camel() -> Analytic:
    r"""$f = (4 - \tfrac{21}{10} x^2 + \tfrac13 x^4) x^2 + x y + (4 y^2 - 4) y^2$."""
    x, y = symbols("x y", real=True)
    return Analytic(
        name="six_hump_camel",
        symbols=(x, y),
        expression=(4 - Rational(21, 10) * x**2 + x**4 / 3) * x**2
        + x * y
        + (4 * y**2 - 4) * y**2,
        start=(0.5, 0.01),
        box=((-3, 3), (-2, 2)),
    )
