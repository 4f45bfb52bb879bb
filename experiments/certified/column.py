"""One interval of radii: what is proved for all of it, what is refuted at its end."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any, NamedTuple

from theory import theorems
from theory.counterexample import refutes
from theory.largest import edge, outermost
from theory.method import Method
from theory.methods import make
from theory.proof import prove

LEAST, MOST = 0.01, 8.0  # learning rates looked at, in units of 1/beta
DENOMINATOR = 10**6  # of the numbers that are proved


class Column(NamedTuple):
    """A method, a class with beta = 1, and an interval of radii."""

    spec: str
    mu: float
    low: float
    high: float
    rate: float


def column(place: Column, measure: str) -> dict[str, float]:
    """The largest rate proved, the smallest refuted, and what theory says.

    Returns:
        Numbers by name:

        * `proved`: for all radii of the column; 0 if none was. By boxes, but for
          SSAM's pairs.
        * `refuted`: at its larger end; inf if no function was found.
        * `refuted_low`: at radius 0, of a column that begins there; else NaN.
        * `theorem`: the limit at the larger end, NaN if no theorem gives it.
        * `quadratic`: the limit on quadratics there.
        * `pieces`: boxes of the proof.
        * `dim`, `ratio`: of the function that refutes.
    """
    here = make(place.spec, rho=place.high)
    known = theorems.limit(here, place.mu, 1.0, measure)
    guesses = [
        edge(make(place.spec, rho=rho), place.mu, 1.0, measure)
        for rho in {place.low, place.high}
    ]
    proofs: dict[float, Any] = {}

    def proved(eta: float) -> bool:
        proofs[eta] = _proof(place, measure, eta)
        return proofs[eta].status == "proved"

    sure = _by_theorem(place, measure)
    low = (
        outermost(proved, min(guesses), -1, LEAST, place.rate) if sure is None else sure
    )
    high, found = refuted(place, place.high, measure)
    return {
        "proved": low or 0.0,
        "refuted": high,
        "refuted_low": refuted(place, 0.0, measure)[0] if place.low == 0 else nan,
        "theorem": nan if known is None else known.eta,
        "quadratic": _quadratic(here, place.high),
        "pieces": len(proofs[low].pieces) if low in proofs else 0,
        "dim": nan if found is None else found.landscape.dim,
        "ratio": nan if found is None else found.ratio,
    }


def _by_theorem(place: Column, measure: str) -> float | None:
    """N3's rate, which falls in the radius, for pairs of SSAM; it has no boxes."""
    here = make(place.spec, rho=place.high)
    known = theorems.at_least(here, place.mu, 1.0, measure)
    return known and known.eta


def refuted(place: Column, rho: float, measure: str) -> tuple[float, Any]:
    """The smallest rate refuted at a radius, and the function."""
    # Without a radius every method is GD.
    method, functions = make(place.spec if rho else "gd", rho=rho), {}

    def refutes_it(eta: float) -> bool:
        functions[eta] = refutes(
            method, mu=place.mu, beta=1.0, eta=eta, measure=measure
        )
        return functions[eta] is not None

    guess = edge(method, place.mu, 1.0, measure)
    high = outermost(refutes_it, guess, 1, LEAST, MOST)
    return (inf, None) if high is None else (high, functions[high])


def _proof(place: Column, measure: str, eta: float) -> Any:
    mu, low, high, eta = map(_rational, (place.mu, place.low, place.high, eta))
    return prove(
        make(place.spec),
        mu=mu,
        beta=1,
        eta=eta,
        rho=None if place.spec == "gd" else (low, high),
        measure=measure,
        factor=1 if mu == 0 else None,
    )


def _rational(number: float) -> Fraction:
    return Fraction(number).limit_denominator(DENOMINATOR)


def _quadratic(method: Method, rho: float) -> float:
    """T4, T5: on convex quadratics."""
    return 2 / (1 + rho) if method.label == "USAM" else 2.0
