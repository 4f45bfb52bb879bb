"""Beale's function."""

from sympy import Rational, symbols

from landscapes.analytic import Analytic


def beale() -> Analytic:
    r"""$f = \sum_{i=1}^3 (c_i - x + x y^i)^2$, $c = (1.5, 2.25, 2.625)$.

    Minimum at (3, 1/2), strict saddle at (0, 1) with eigenvalues $\pm 27.75$.
    """
    x, y = symbols("x y", real=True)
    constants = (Rational(3, 2), Rational(9, 4), Rational(21, 8))
    return Analytic(
        name="beale",
        symbols=(x, y),
        expression=sum((c - x + x * y**i) ** 2 for i, c in enumerate(constants, 1)),
        start=(1.0, 2.0),
        box=((-4.5, 4.5), (-4.5, 4.5)),
    )
