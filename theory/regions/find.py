"""Columns of a region, found with the solver."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np

from theory.methods import make, spec
from theory.proof import prove
from theory.proving.statement import CONVERGENCE
from theory.regions.exact import limit
from theory.regions.strip import FALL, NEVER_MORE, Column, Strip

# What of a limit is tried, and how many boxes a column may take.
TRIED = (
    *((share, 10) for share in (0.999, 0.997, 0.993, 0.98)),
    *((share, 40) for share in (0.98, 0.95, 0.9, 0.8, 0.6)),
)
DIGITS = 10**4  # of the numbers
# R, of methods that have no scale of their own.
BALL = {"ssam-n": Fraction(1)}
FLAT = 0.05  # least slope of a curve that is reckoned with


def found(method: str, mu: Fraction, measure: str, rho: Fraction, count: int) -> Strip:
    """A region with beta = 1, radii from 0 to `rho`, at most `count` columns.

    Where no proof is found, it has none.
    """
    about = method, float(mu), measure
    ends = edges(lambda r: limit(*about, float(r)), rho, count)
    columns = (_column(method, mu, measure, side) for side in pairwise(ends))
    kept = tuple(column for column in columns if column is not None)
    strip = Fraction(0), rho
    name, ball = spec(make(method)), BALL.get(method)
    return Strip(name, mu, Fraction(1), measure, strip, kept, ball)


def edges(curve, rho: Fraction, count: int) -> list[Fraction]:
    """Ends of columns that lose the least area under a falling curve.

    A column of width h loses half of h^2 times the slope, so the best widths go as one
    over its root.
    """
    at = np.linspace(0, float(rho), 481)
    values = np.array([curve(r) for r in at])
    density = np.sqrt(np.abs(np.gradient(values, at)) + FLAT)
    total = np.r_[0, np.cumsum((density[1:] + density[:-1]) / 2)]
    inside = np.interp(np.linspace(0, total[-1], count + 1), total, at)[1:-1]
    ends = {Fraction(round(float(r) * 1000), 1000) for r in inside}
    return sorted({Fraction(0), rho} | ends)


def _column(method: str, mu: Fraction, measure: str, rho: tuple) -> Column | None:
    most = min(limit(method, float(mu), measure, float(end)) for end in rho)
    about = {"mu": mu, "beta": 1, "rho": rho, "measure": measure}
    about["radius"] = BALL.get(method)
    about["factor"] = FALL if measure == CONVERGENCE else NEVER_MORE
    for share, boxes in TRIED:
        eta = Fraction(int(share * most * DIGITS), DIGITS)
        if eta <= 0:
            return None
        try:
            proof = prove(make(method), eta=eta, **about, limit=boxes)
        except ValueError:  # a ratio that has no bound
            return None
        if proof.status == "proved":
            return Column(rho, eta, proof.pieces)
    return None
