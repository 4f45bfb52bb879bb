r"""What single steps do to f and to its gradient at their worst, as run: N4.

Cases and measurements beside the formulas of `theory.gradient_factor` (USAM's factor
of the gradient), `theory.ssam_gradient` (SSAM's) and the functions found by search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from theory import (
    falls,
    gradient_factor,
    proofs,
    regimes,
    searched_steps,
    value_rates,
)
from theory.ssam_gradient import ssam_gradient_certified

Cases = Callable[[bool], Iterator[dict[str, Any]]]


def bent(quick: bool) -> Iterator[dict[str, Any]]:
    """Classes, radii and rates of which a plane's function is the worst."""
    rng, n = np.random.default_rng(402), 20 if quick else 200
    mu = rng.choice([0.0, 0.02, 0.1, 0.3], n)
    rho = 10 ** rng.uniform(-2, 1, n)
    # Half of them near the end of the range, where other inequalities are equalities.
    share = np.where(rng.random(n) < 0.5, rng.uniform(0.05, 1, n), 0)
    share = np.where(share > 0, share, 1 - 10 ** rng.uniform(-3, -0.5, n))
    for numbers in zip(2 * share / (1 + rho), mu, rho, strict=True):
        if gradient_factor.gradient_function(*numbers) is not None:
            yield dict(zip(("eta", "mu", "rho"), map(float, numbers), strict=True))


def flat(quick: bool) -> Iterator[dict[str, Any]]:
    """Those of them that the formula for mu = 0 is about."""
    for case in bent(quick):
        if case["mu"] == 0 and case["eta"] <= 2**0.5:
            yield case


def lengthened(eta: float, mu: float, rho: float) -> float:
    """How much longer USAM's step makes the gradient of the plane's function."""
    f, one = gradient_factor.gradient_function(eta, mu, rho), np.ones(1)
    start = ("usam", f, mu, 1.0, rho * one, eta * one, np.zeros((1, 2)), 0.0)
    return float(falls.growth(*start)[0])


def usam_bend(eta: float, mu: float, rho: float) -> float:
    """The certificate's factor."""
    return gradient_factor.bend(eta, mu, rho).square ** 0.5


def proved_length(
    method: str, f: Any, mu: Any, beta: Any, rho: Any, eta: Any, x: Any, low: Any
) -> np.ndarray:
    """The least proved bound of USAM's factor of the gradient."""
    return gradient_factor.usam_gradient_bound(eta, mu, beta, rho)


def exact_length(
    method: str, f: Any, mu: Any, beta: Any, rho: Any, eta: Any, x: Any, low: Any
) -> np.ndarray:
    """The factor itself."""
    return gradient_factor.usam_gradient_factor(eta, mu, beta, rho)


def few(quick: bool) -> Iterator[dict[str, Any]]:
    """Fewer of USAM's runs."""
    for run in falls.runs("usam")(quick):
        each = -(-len(run["x"]) // (12 if quick else 25))
        cut = {k: run[k][::each] for k in ("x", "rho", "eta")}
        if np.ndim(getattr(run["f"], "spectrum", 0)) < 2:
            yield run | cut


def alike(quick: bool) -> Iterator[dict[str, Any]]:
    """SSAM's steps of one rate and radius on quadratics and functions found."""
    for mu, rho, share in ((0.1, 1.0, 0.3), (0.3, 2.0, 0.5), (0.05, 0.5, 0.9)):
        eta = share * float(regimes.descent_limit("ssam", mu, 1.0, rho))
        start = falls.at_best("ssam", mu, rho)
        yield start | {"eta": np.full(len(start["x"]), eta)}
    f, w = searched_steps.function("gradient", 0.3, 1.0, 0.7)
    rng, n = np.random.default_rng(403), 50 if quick else 500
    x = np.concatenate([w[None], rng.normal(size=(n - 1, 2))])
    numbers = {"rho": np.ones(n), "eta": np.full(n, 0.7)}
    yield {"method": "ssam", "f": f, "mu": 0.3, "beta": 1.0, "x": x, "low": 0} | numbers


def certified(
    method: str, f: Any, mu: Any, beta: Any, rho: Any, eta: Any, x: Any, low: Any
) -> float:
    """SSAM's factor of the gradient."""
    return ssam_gradient_certified(eta[0], mu, beta, rho[0])


def searched(measure: str) -> Cases:
    """Functions found by search, at their numbers."""

    def cases(quick: bool) -> Iterator[dict[str, Any]]:
        found = [one[1:] for one in searched_steps.FOUND if one[0] == measure]
        for numbers in found[:: 3 if quick else 1]:
            yield dict(zip(("mu", "rho", "eta"), numbers, strict=True))

    return cases


def as_run(measure: str) -> Callable[..., float]:
    """SSAM's factor of f, or of the gradient's square, on a function found."""

    def measured(mu: float, rho: float, eta: float) -> float:
        f, w = searched_steps.function(measure, mu, rho, eta)
        start = ("ssam", f, mu, 1.0, np.array([rho]), np.array([eta]), w[None], 0.0)
        return float(
            falls.fall(*start)[0] if measure == "f" else falls.growth(*start)[0] ** 2
        )

    return measured


def from_above(mu: float, rho: float, eta: float) -> float:
    """The factor of f proved in fractions at these numbers."""
    for name in proofs.names("n4"):
        if proofs.KEPT[name][0] == "ssam" and proofs.at(name) == (mu, 1.0, rho, eta):
            return float(proofs.proved(name).factor)
    raise ValueError(f"nothing is proved at mu = {mu}, rho = {rho}, eta = {eta}.")


def spread(quick: bool) -> Iterator[dict[str, Any]]:
    """Classes, radii, rates up to .97 of T3's limit."""
    for mu in (0.1,) if quick else (0.02, 0.1, 0.3, 0.6):
        for rho in (1.0,) if quick else (0.2, 1.0, 8.0):
            limit = float(regimes.descent_limit("ssam", mu, 1.0, rho))
            eta = limit * np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
            yield {"mu": mu, "rho": rho, "eta": eta}


def on_quadratics(mu: float, rho: float, eta: np.ndarray) -> np.ndarray:
    """SSAM's largest factors of f and of the gradient's square on diag(1, mu)."""
    start = falls.at_best("ssam", mu, rho)
    runs = [start | {"eta": np.full(len(start["x"]), e)} for e in eta]
    factors = [(falls.fall(**r).max(), falls.growth(**r).max() ** 2) for r in runs]
    return np.array(factors)


def within_a_fifth(mu: float, rho: float, eta: np.ndarray) -> np.ndarray:
    """Four fifths of what is proved of both."""
    bounds = value_rates.ssam_value_bound, value_rates.ssam_gradient_bound
    return 0.8 * np.stack([bound(eta, mu, 1.0, rho) ** 2 for bound in bounds], axis=-1)
