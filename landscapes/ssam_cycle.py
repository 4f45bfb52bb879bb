"""A function on which SSAM jumps to and fro for ever, at the limit of its regime."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from landscapes.interpolant import Interpolant


def cycle(
    rho: Any, mu: Any, beta: Any, root: Callable = math.sqrt
) -> tuple[list, list, list]:
    r"""The 2-cycle's points, gradients and values: $x_\pm$, then $x_\pm + \rho g_\pm$.

    With $a = 1 + \rho\mu$, $b = 1 + \rho\beta$: $x_\pm = (\pm 2/(a+b), 0)$ of value 0
    and gradients $g_\pm = \beta(\pm 2/(a+b), (b-a)/((a+b)\sqrt{ab}))$ of norm
    $\beta/\sqrt{ab}$, at T2's angle to those of the ascent points, $\beta(\pm 1, 0)$.
    SSAM's step at $\eta = (4/\beta)\sqrt{ab}/(a+b)$ hence leads from one to the other.

    Args:
        rho: radius.
        mu: least curvature.
        beta: largest curvature.
        root: the square root of the numbers' kind, for instance `sympy.sqrt`.

    Returns:
        Points `(4, 2)`, gradients `(4, 2)`, values `(4,)`.
    """
    a, b = 1 + rho * mu, 1 + rho * beta
    along, across = 2 / (a + b), (b - a) / ((a + b) * root(a * b))
    # The least value that a function of the class can have at the ascent points.
    top = beta * (b - 1) * (1 / (a + b) + 1 / (2 * a * b))
    points = [[sign * along, 0] for sign in (1, -1)]
    points += [[sign * along * b, rho * beta * across] for sign in (1, -1)]
    gradients = [[sign * beta * along, beta * across] for sign in (1, -1)]
    gradients += [[sign * beta, 0] for sign in (1, -1)]
    return points, gradients, [0, 0, top, top]


def ssam_cycle(rho: float = 3.0, mu: float = 0.0, beta: float = 1.0) -> Interpolant:
    r"""T15's function: SSAM cycles between $x_+$ and $x_-$ at its descent limit.

    Curvature in $[\mu, \beta]$, bounded below, two dimensions. The start is $x_+$ and
    $\eta = (4/\beta)\sqrt{ab}/(a+b)$ the learning rate (`theory.regimes.ssam_limit`);
    for a larger one take the function of a smaller beta. The cycle may repel, so
    rounding leaves it in the end. By default all numbers are short: eta 1.6, cycle
    $(\pm.4, 0)$, gradients $(\pm.4, .3)$, ascent points $(\pm 1.6, .9)$.

    Args:
        rho: SSAM's radius, >= 0.
        mu: least curvature, below beta, $1 + \rho\mu > 0$.
        beta: largest curvature, > 0.

    Raises:
        ValueError: the numbers are out of range.
    """
    fits = beta > 0 and rho >= 0 and mu < beta and 1 + rho * mu > 0
    if not (fits and math.isfinite(rho + abs(mu) + beta)):
        raise ValueError(
            "`ssam_cycle` takes finite rho >= 0, beta > 0 and mu < beta with "
            f"1 + rho mu > 0, got rho = {rho}, mu = {mu}, beta = {beta}."
        )
    data = (np.array(part, dtype=float) for part in cycle(rho, mu, beta))
    return Interpolant(*data, mu=mu, beta=beta, name="ssam_cycle")
