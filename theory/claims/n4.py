"""N4: worst functions of T14, and the rates that are still unknown."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from landscapes.interpolant import gaps
from theory.claim import Claim, Statement
from theory.worst import fejer_data

OFF = ~np.eye(3, dtype=bool)


def angle(k):
    """Rational cosine and sine of an angle of about 2/k."""
    return Fraction(k * k - 1, k * k + 1), Fraction(2 * k, k * k + 1)


def least(s, t, k):
    """The least of the six slacks, exactly."""
    data = fejer_data(s, t, *angle(k))
    return float(gaps(*data, Fraction(0), Fraction(1))[OFF].min())


def allowed(s, t, k):
    r"""The share fits, and the angle is small enough for it."""
    cos = angle(k)[0]
    return (s + 2) * t * cos >= (1 + s) * t * t + 1


def shares(quick):
    """Of USAM 1/2; of SSAM 1/r with rational r."""
    for k in (100, 10**6):
        for s in (Fraction(11, 10), Fraction(2), Fraction(3), Fraction(30)):
            yield {"s": s, "t": Fraction(1, 2), "k": k}
        for r in (Fraction(11, 10), Fraction(3, 2), Fraction(2), Fraction(5)):
            yield {"s": r * r - 1, "t": 1 / r, "k": k}


def wide(quick):
    """For s = 1 no angle is small enough."""
    yield {"s": Fraction(1), "t": Fraction(1, 2), "k": 10**6}


def n4():
    """The statement."""
    return Statement(
        id="N4",
        title="worst functions for T14's limits; worst-case rates",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N4.functions",
                says="T14's worst functions, by formula, are of the class: no "
                "interpolation inequality fails",
                expected="holds",
                relation=">=",
                measured=least,
                bound=lambda s, t, k: 0.0,
                cases=shares,
                within=allowed,
                outside=wide,
                tight=1.0,  # four of the six are equalities
                proof="paper_notes.md, T14",
                grade="T",
            ),
            Claim(
                id="N4.rates",
                says=r"the worst-case factors of $f - f^*$, of $\lVert g\rVert$ and, "
                r"for $\mu > 0$, T14's limits",
                expected="open",
                waits="semidefinite programmes: the worst case over the class",
            ),
        ),
        code=("theory/worst.py",),
        notes="The limits of T14 are approached by functions of two variables (there), "
        "not attained.",
    )
