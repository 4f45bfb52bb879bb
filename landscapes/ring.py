"""A ring of minima around an isolated maximum."""

from sympy import symbols

from landscapes.analytic import Analytic


def ring() -> Analytic:
    r"""$f(w) = (\|w\|^2 - 1)^2/4$ in the plane: a maximum at 0, minima on the circle.

    The minima are not isolated (each has the eigenvalues 0 and 2), so only the maximum
    is declared, eigenvalues $-1, -1$.
    """
    x, y = symbols("x y", real=True)
    return Analytic(
        name="ring",
        symbols=(x, y),
        expression=(x**2 + y**2 - 1) ** 2 / 4,
        start=(0.1, 0.05),
        box=((-1.5, 1.5), (-1.5, 1.5)),
        declared_points=((0, 0),),
    )
