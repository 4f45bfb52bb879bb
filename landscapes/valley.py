"""A valley whose sharpness falls to nothing along its floor."""

from collections.abc import Callable

from sympy import Expr, sqrt, symbols

from landscapes.analytic import Analytic


def pseudo_huber(t: Expr) -> Expr:
    r"""$\ell(t) = \sqrt{1 + t^2} - 1$: even, convex, 1-Lipschitz, $\ell''(0) = 1$."""
    return sqrt(1 + t**2) - 1


def valley(loss: Callable[[Expr], Expr] = pseudo_huber) -> Analytic:
    r"""$f(x, y) = \ell(xy)$ with $\ell$ even and convex: its minima are the two axes.

    At $(0, y)$ the Hessian has the eigenvalues $\ell''(0) y^2$ and 0: the origin is the
    flattest. The minima are not isolated; one on each axis is declared for all. The
    valley of Dai, Ahn and Sra, arXiv 2305.15287 (L18).

    Args:
        loss: $\ell$ on SymPy expressions, smooth.
    """
    x, y = symbols("x y", real=True)
    return Analytic(
        name="valley",
        symbols=(x, y),
        expression=loss(x * y),
        start=(0.1, 2.0),
        box=((-3, 3), (-3, 3)),
        declared_points=((1, 0), (0, 1)),
    )
