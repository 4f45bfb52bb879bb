"""A plane of minima on which the top eigenvalue and the trace disagree."""

from sympy import Expr, Rational, Symbol, symbols

from landscapes.analytic import Analytic

COORDINATES: tuple[Symbol, ...] = symbols("x1:5", real=True)
FLATTEST_TOP = (1, 0, 0, 0)  # argmin of the top eigenvalue, F1
FLATTEST_TRACE = (Rational(2, 3), Rational(1, 3), 0, 0)  # argmin of the trace, F1 + F2


def sheets() -> tuple[Expr, Expr]:
    r"""$F_1 = 4 + (x_1 - 1)^2 + x_2^2$ and $F_2 = 1 + (x_1^2 + (x_2 - 1)^2)/2$.

    $F_1 - F_2 = 1 + ((x_1 - 2)^2 + (x_2 + 1)^2)/2 > 0$.
    """
    x1, x2, _, _ = COORDINATES
    return 4 + (x1 - 1) ** 2 + x2**2, 1 + (x1**2 + (x2 - 1) ** 2) / 2


def two_sheets() -> Analytic:
    r"""$f = F_1(x_1, x_2)\, x_3^2 + F_2(x_1, x_2)\, x_4^2$, $F_1 > F_2 > 0$.

    The minima are the plane $x_3 = x_4 = 0$, where the Hessian has the eigenvalues
    $2F_1, 2F_2, 0, 0$. They are not isolated: declared are the minimum of least top
    eigenvalue, (1, 0), and that of least trace, (2/3, 1/3). The form is that of Wen,
    Ma and Li, arXiv 2211.05729 (L20); the polynomials are ours.
    """
    F1, F2 = sheets()
    _, _, x3, x4 = COORDINATES
    return _surface("two_sheets", F1 * x3**2 + F2 * x4**2)


def two_sheet_losses() -> tuple[Analytic, Analytic]:
    r"""Two per-sample losses, $2F_1 x_3^2$ and $2F_2 x_4^2$: their mean is $f$."""
    F1, F2 = sheets()
    _, _, x3, x4 = COORDINATES
    return (
        _surface("first_sheet", 2 * F1 * x3**2),
        _surface("second_sheet", 2 * F2 * x4**2),
    )


def _surface(name: str, expression: Expr) -> Analytic:
    return Analytic(
        name=name,
        symbols=COORDINATES,
        expression=expression,
        start=(0.0, 0.0, 0.1, 0.1),
        box=((-1, 2), (-1, 2), (-1, 1), (-1, 1)),
        declared_points=(FLATTEST_TOP, FLATTEST_TRACE),
    )
