"""T15, only if: the cycle's twelve interpolation inequalities, in closed form."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import sympy

from landscapes.interpolant import gaps
from landscapes.ssam_cycle import cycle

# b > a > 0 are all that a positive radius and a descent of SSAM ask for.
a, b = sympy.symbols("a b", positive=True)
POINTS = ("x+", "x-", "y+", "y-")


@cache
def slacks() -> dict[tuple[str, str], sympy.Expr]:
    r"""The slack of each ordered pair of the cycle's points, factorised.

    $y_\pm = x_\pm + \rho g_\pm$, beta = 1, $\rho = b - 1$, $\mu = (a-1)/(b-1)$. With
    $d = b - a > 0$ the slack is $4d/(a+b)^2$ of $(y_\pm, x_\mp)$, $2d(1+b)/(a+b)^2$ of
    $(y_\pm, y_\mp)$, and 0 of the other eight pairs: so the function exists.

    Returns:
        `{(i, j): f_i less the least value that j allows}`, in a and b.
    """
    mu = (a - 1) / (b - 1)
    slack = gaps(*cycle(b - 1, mu, sympy.S.One, sympy.sqrt), mu, sympy.S.One)
    return {
        (POINTS[i], POINTS[j]): sympy.factor(slack[i, j])
        for i, j in permutations(range(4), 2)
    }
