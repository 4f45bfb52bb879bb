"""A straight valley with a chosen sharpness along its floor."""

from collections.abc import Callable

from sympy import Expr, symbols

from landscapes.analytic import Analytic


def one_plus_square(z: Expr) -> Expr:
    r"""$\lambda(z) = 1 + z^2$: flattest at 0."""
    return 1 + z**2


def sharp_valley(sharpness: Callable[[Expr], Expr] = one_plus_square) -> Analytic:
    r"""$f(x, z) = \lambda(z)\, x^2/2$, $\lambda > 0$: its minima are the line $x = 0$.

    There the Hessian has the eigenvalues $\lambda(z)$ and 0. The minima are not
    isolated; the origin is declared for all. What a method does to z is its
    preference among minima of the same value (L19, L28).

    Args:
        sharpness: $\lambda$ on SymPy expressions, smooth and positive.
    """
    x, z = symbols("x z", real=True)
    return Analytic(
        name="sharp_valley",
        symbols=(x, z),
        expression=sharpness(z) * x**2 / 2,
        start=(0.1, 1.0),
        box=((-2, 2), (-2, 2)),
        declared_points=((0, 0),),
    )
