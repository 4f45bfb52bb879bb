"""What theory says of one step on the whole class, and of a whole run."""

from __future__ import annotations

import numpy as np

from experiments.converging.problems import Problem
from theory import (
    convergence,
    fejer,
    pl_factors,
    quadratic_rates,
    usam_distance,
    value_rates,
)
from theory.method import Method
from theory.strong import WIDE

MEASURES = ("distance", "value")
LABELS = {"GD": "gd", "USAM": "usam", "SAM": "sam", "SSAM": "ssam", "SSAM-N": "ssam-n"}


def known_as(method: Method) -> str:
    """Its name in the closed forms, else empty: theory knows `LABELS` alone."""
    return LABELS.get(method.label, "")


def worst(
    problem: Problem, method: Method, eta: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    """The largest factor of a step, `(2, ...)`: of the distance, of sqrt(f - f*).

    Over all functions with the problem's constants; NaN where no theorem says one.
    """
    name, both = known_as(method), np.broadcast_arrays(eta, rho)
    none = np.full(both[0].shape, np.nan)
    if name in ("", "sam") or problem.kind == "convex":
        return np.stack([none, none])
    if problem.kind == "not convex":
        return np.stack([none, _pl(problem, name, *both)])
    mu, beta = problem.mu, problem.beta
    return np.stack([_distance(name, mu, beta, *both), _value(name, mu, beta, *both)])


def _pl(problem: Problem, name: str, eta: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Of f under PL, where 1 + rho low > 0 and the bound says something."""
    found = np.full(eta.shape, np.nan)
    if name == "ssam-n":
        return found
    here = 1 + rho * problem.low > 0
    numbers = problem.mu, problem.low, problem.beta, rho[here]
    square = pl_factors.pl_factor(name, eta[here], *numbers)
    found[here] = np.sqrt(np.where(square <= 1, square, np.nan))
    return found


def _distance(
    name: str, mu: float, beta: float, eta: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    """N1, T14."""
    if name in ("gd", "usam"):
        return usam_distance.worst_factor(eta, mu, beta, rho if name == "usam" else 0.0)
    if name == "ssam":
        limit = fejer.ssam_fejer_limit_strong(mu, beta, rho[..., :1])
        square = fejer.ssam_nearing_factor(eta * beta, limit * beta, mu / beta)
    else:
        limit = fejer.ssam_n_fejer_limit(mu, beta)
        square = np.ones_like(eta)
    return np.sqrt(np.where(eta <= limit, square, np.nan))


def _value(
    name: str, mu: float, beta: float, eta: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    """N4."""
    if name == "gd":
        return quadratic_rates.factor("gd", eta, mu, beta, 0.0)
    if name == "usam":
        here = eta * beta * (1 + rho * beta) <= 2
        bound = value_rates.usam_value_factor
    else:
        rho = rho if name == "ssam" else np.full_like(rho, WIDE / mu)
        here = eta < 2 * value_rates.cosine(mu, beta, rho) / beta
        bound = value_rates.ssam_value_bound
    found = np.full(eta.shape, np.nan)
    found[here] = bound(eta[here], mu, beta, rho[here])
    return found


def linear(
    problem: Problem, method: Method, eta: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    """N9: the factor in the limit, exactly, of quadratics; else NaN."""
    name = known_as(method)
    if problem.kind != "quadratic" or name in ("", "sam"):
        return np.full(np.broadcast_shapes(eta.shape, rho.shape), np.nan)
    mu, beta = problem.mu, problem.beta
    return quadratic_rates.factor(name, *np.broadcast_arrays(eta), mu, beta, rho)


def sam_bound(
    problem: Problem, eta: np.ndarray, rho: np.ndarray, t: np.ndarray, gap: np.ndarray
) -> np.ndarray:
    r"""T10: $f(w_t) - f^*$ of SAM is at most this, `(K, N)`; NaN from 2/beta on.

    Args:
        problem: convex, with a PL constant.
        eta: `(N,)`.
        rho: lengths, `(N,)`.
        t: steps, `(K,)`.
        gap: at the start, `(N,)`.
    """
    found = np.full((len(t), len(eta)), np.nan)
    mu, beta = problem.mu, problem.beta
    short, long = eta * beta <= 1, (eta * beta > 1) & (eta * beta < 2)
    rate = convergence.pl_rate(eta[short], mu, beta)
    floor = convergence.pl_floor(eta[short], mu, beta, rho[short])
    found[:, short] = rate ** t[:, None] * gap[short] + floor
    ceiling = convergence.sam_floor(eta[long], mu, beta, rho[long])
    found[:, long] = np.maximum(gap[long], ceiling)
    return found
