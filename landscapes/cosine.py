"""The cosine: minima and maxima in turn."""

from math import pi

from sympy import cos, symbols

from landscapes.analytic import Analytic


def cosine() -> Analytic:
    r"""$f(x) = \cos x$: maxima at $2\pi k$, minima at $\pi + 2\pi k$, curvature 1.

    With $\rho = 4$, $\eta = 0.1$ SAM goes from the default start to $\rho - \pi$,
    where only the gradient at the ascent point vanishes (T11, L25).
    """
    x = symbols("x", real=True)
    return Analytic(
        name="cosine",
        symbols=(x,),
        expression=cos(x),
        start=(1.0,),
        box=((-4 * pi, 4 * pi),),
        declared_points=tuple((k * pi,) for k in range(-4, 5)),
        constants={"beta": 1.0},
    )
