"""The largest learning rate up to which every function of a class is served."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from theory import theorems
from theory.certify import (
    class_of,
    hyperparameters,
    measures,
    one_number,
    takes_radius,
    worst_case,
)
from theory.counterexample import Counterexample, refutes
from theory.limit import MEASURED, Limit
from theory.method import Method
from theory.methods import make
from theory.proof import Proof, prove
from theory.ssam_pairs import ssam_pair_range
from theory.validate import at_edge

# How far from a guess is looked first, as a share of it, and how much farther next.
NEAR, WIDER = 5e-4, 4.0
LEAST = 1e-3  # learning rates, times beta, below which no regime is looked for
MOST = 8.0


def largest_learning_rate(
    method: Method | str,
    *,
    mu: float,
    beta: float,
    rho: float | None = None,
    measure: str = "convergence",
) -> Limit:
    r"""The largest eta that serves every f with curvature in $[\mu, \beta]$.

    `convergence`: the gradient tends to 0 from every start, if f is bounded below
    (T15). `descent`: no step raises f (T3). `distance`: no step leads away from a
    minimiser (T14, N1). `pair`: no two steps part (N3). From a theorem where there is
    one; else the ends of a bracket: an exact proof below, a function that fails above.

    Args:
        method: its hyperparameters are numbers; or its name, `"ssam"`.
        mu: least curvature, < beta.
        beta: largest curvature, > 0.
        rho: the radius; None: the method's own.
        measure: one of the four.

    Returns:
        `low` and `high`; as text, what holds and how it is known.

    Raises:
        ValueError: a number is out of range, or nothing is known of the method in this
            measure.
    """
    method = make(method) if isinstance(method, str) else method
    method = method if rho is None else method.having(rho=rho)
    class_of(mu, beta)
    one_number(**hyperparameters(method))
    at_edge(method)
    if measure not in MEASURED:
        raise ValueError(f"measure is one of {', '.join(MEASURED)}, got `{measure}`.")
    found = _limit(method, mu, beta, measure)
    words = [f"{name} = {value:g}" for name, value in hyperparameters(method).items()]
    who = f"{method.label} ({', '.join(words)})" if words else method.label
    about = f"{who}, every f with curvature in [{mu:g}, {beta:g}]"
    return replace(found, about=about, measure=measure)


def _limit(method: Method, mu: float, beta: float, measure: str) -> Limit:
    known = theorems.limit(method, mu, beta, measure)
    if known is not None:
        return Limit(known.eta, known.eta, "theorem", known.source)
    sure = theorems.at_least(method, mu, beta, measure)
    if sure is None and (measure not in measures(method, mu) or takes_radius(method)):
        others = [m for m in MEASURED if theorems.limit(method, mu, beta, m)]
        hint = f"; there are theorems for {', '.join(others)}" if others else ""
        raise ValueError(
            f"nothing is known of the {measure} of `{method.label}` for mu = {mu:g}"
            f"{hint}."
        )
    return bracketed(method, mu, beta, measure)


def bracketed(method: Method, mu: float, beta: float, measure: str) -> Limit:
    """By search: the largest eta that was proved and the smallest that was refuted."""
    guess = edge(method, mu, beta, measure)
    sure = theorems.at_least(method, mu, beta, measure)
    factor = 0 if mu < 0 else 1  # f's change there, which is to be none
    proofs: dict[float, Proof] = {}
    found: dict[float, Counterexample] = {}

    def proved(eta: float) -> bool:
        proof = prove(method, mu=mu, beta=beta, eta=eta, measure=measure, factor=factor)
        proofs[eta] = proof
        return proof.status == "proved"

    def refuted(eta: float) -> bool:
        function = refutes(method, mu=mu, beta=beta, eta=eta, measure=measure)
        found[eta] = function
        return function is not None

    low = sure and sure.eta
    if sure is None:
        low = outermost(proved, guess, -1, LEAST / beta, MOST / beta)
    high = outermost(refuted, guess, 1, LEAST / beta, MOST / beta)
    both = low is not None and high is not None
    return Limit(
        low or 0.0,
        math.inf if high is None else high,
        "bracketed" if both else "undecided",
        sure.source if sure else "",
        proofs.get(low),
        found.get(high),
    )


def outermost(
    holds: Callable[[float], bool], guess: float, side: int, least: float, most: float
) -> float | None:
    """The learning rate nearest to a guess, on one side, at which something holds.

    It is looked for farther and farther away, then half-way back once.

    Returns:
        None if it holds nowhere between `least` and `most`.
    """
    away, last = NEAR, 0.0
    while least <= (eta := _moved(guess, side * away, least)) <= most:
        if holds(eta):
            middle = _moved(guess, side * (away + last) / 2, least)
            return middle if last and holds(middle) else eta
        away, last = away * WIDER, away
        if side < 0 and away >= 1:
            away = 1 - least / guess if last < 1 - least / guess else math.inf
    return None


def _moved(guess: float, share: float, least: float) -> float:
    return max(guess, least) * (1 + share) if share > 0 else guess * (1 + share)


def edge(method: Method, mu: float, beta: float, measure: str) -> float:
    """The learning rate at which the worst case passes 1, in floating point."""
    known = theorems.limit(method, mu, beta, measure)
    if known is not None:
        return known.eta
    if theorems.at_least(method, mu, beta, measure) is not None:
        return ssam_pair_range(mu, beta, float(method.get("rho")))
    top = 0.0 if mu < 0 and measure == "descent" else 1.0
    low, high = LEAST / beta, MOST / beta
    while high / low > 1 + NEAR:
        middle = math.sqrt(low * high)
        worst = worst_case(method, mu=mu, beta=beta, eta=middle, measure=measure)
        low, high = (middle, high) if worst.value <= top + 1e-7 else (low, middle)
    return low
