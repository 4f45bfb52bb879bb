"""The learning rates up to which a theorem says what happens on a whole class."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from scipy.optimize import brentq

from theory import fejer, pair_factors, regimes, ssam_pairs, usam_distance
from theory.method import Method

# What is GD without a radius.
PLAIN = ("USAM", "SAM", "SSAM", "SSAM-N")


class Known(NamedTuple):
    """A limit on eta and the id of its theorem in `paper_notes.md`."""

    eta: float
    source: str


def limit(method: Method, mu: float, beta: float, measure: str) -> Known | None:
    """What a theorem says of a method in two dimensions or more, None if none does.

    Args:
        method: looked up by its label; a cap or another variant has no theorem.
        mu: least curvature.
        beta: largest curvature.
        measure: `convergence`, `descent`, `distance` or `pair`.
    """
    rho = float(method.get("rho", 0.0))
    label = method.label if rho > 0 or method.label not in PLAIN else "GD"
    found = _THEOREMS.get((label, measure))
    return found and found(mu, beta, rho)


def at_least(method: Method, mu: float, beta: float, measure: str) -> Known | None:
    """A rate up to which a theorem serves every function, where no limit is known.

    Arguments as for `limit`.
    """
    rho = float(method.get("rho", 0.0))
    if (method.label, measure) != ("SSAM", "pair") or not rho > 0 or mu < 0:
        return None
    if mu < ssam_pairs.SAFE_CURVATURE * beta:
        return Known(0.0, "N3")
    return Known(float(ssam_pairs.ssam_pair_proved(mu, beta, rho)), "N3")


def _descent(label: str, source: str) -> Callable[..., Known | None]:
    def told(mu: float, beta: float, rho: float) -> Known | None:
        return Known(float(regimes.descent_limit(label, mu, beta, rho)), source)

    return told


def _usam_distance(mu: float, beta: float, rho: float) -> Known | None:
    if mu < 0:
        return None
    source = "T14" if mu == 0 else "N1"
    return Known(float(usam_distance.distance_limit(mu, beta, rho)), source)


def _ssam_distance(mu: float, beta: float, rho: float) -> Known | None:
    if mu < 0:
        return None
    return Known(float(fejer.ssam_fejer_limit_strong(mu, beta, rho)), "T14")


def _ssam_n_distance(mu: float, beta: float, rho: float) -> Known | None:
    if mu < 0:
        return None
    return Known(float(fejer.ssam_n_fejer_limit(mu, beta)) if mu else 0.0, "T14")


def _linear(mu: float, beta: float, rho: float) -> Known | None:
    return Known(2 / beta, "L11") if mu >= 0 else None


def _normalised(mu: float, beta: float, rho: float) -> Known | None:
    if mu <= 0:
        return Known(0.0, "T3")
    return Known(float(regimes.ssam_n_limit(mu, beta)), "T3")


def _never(mu: float, beta: float, rho: float) -> Known | None:
    return Known(0.0, "T15")


def _usam_pair(mu: float, beta: float, rho: float) -> Known | None:
    """N3: the factor is convex in eta, 1 at eta = 0."""
    if mu < 0:
        return None
    if pair_factors.usam_pair_slope(mu, beta, rho) <= 0:
        return Known(0.0, "N3")

    def excess(eta: float) -> float:
        return float(pair_factors.usam_pair_factor(eta, mu, beta, rho)) - 1

    return Known(brentq(excess, 1e-9 / beta, 2.0 / beta, xtol=1e-14), "N3")


def _ssam_pair(mu: float, beta: float, rho: float) -> Known | None:
    """N3: where pairs part at every rate."""
    if mu < 0 or rho < _parting_radius(mu, beta):
        return None
    return Known(0.0, "N3")


_parting_radius = cache(ssam_pairs.parting_radius)
_THEOREMS: dict[tuple[str, str], Callable[..., Any]] = {
    ("GD", "distance"): _linear,
    ("GD", "pair"): _linear,
    ("USAM", "distance"): _usam_distance,
    ("SSAM", "distance"): _ssam_distance,
    ("USAM", "pair"): _usam_pair,
    ("SSAM", "pair"): _ssam_pair,
    ("SAM", "convergence"): _never,
    ("SSAM-N", "descent"): _normalised,
    ("SSAM-N", "distance"): _ssam_n_distance,
} | {
    (label.upper(), measure): _descent(label, source)
    for label in ("gd", "usam", "ssam")
    for measure, source in (("descent", "T3"), ("convergence", "T15"))
}
