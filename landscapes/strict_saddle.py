"""The simplest strict saddle."""

from sympy import symbols

from landscapes.analytic import Analytic


def strict_saddle() -> Analytic:
    r"""$f(x, y) = x^2 - y^2$: a strict saddle at the origin, eigenvalues $\pm 2$.

    The demonstration of Kim et al. (2301.06308) starts at (-3, -0.01).
    """
    x, y = symbols("x y", real=True)
    return Analytic(
        name="strict_saddle",
        symbols=(x, y),
        expression=x**2 - y**2,
        start=(-3.0, -0.01),
        box=((-3, 3), (-3, 3)),
        declared_points=((0, 0),),
        constants={"beta": 2.0},
    )
