"""T14 for mu > 0: the limits of USAM, SSAM and SSAM-N, and steps to try them on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory import fejer, members, nearing, usam_distance

WIDE = 1e6  # a radius that stands for an infinite one


def limit(method: str, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """Up to which rate every step nears 0; SSAM-N's serves every radius."""
    if method == "ssam-n":
        return fejer.ssam_n_fejer_limit(mu, beta) + 0 * rho
    if method == "usam":
        return usam_distance.distance_limit(mu, beta, rho)
    return fejer.ssam_fejer_limit_strong(mu, beta, rho)


def steps(quick: bool) -> Iterator[dict[str, Any]]:
    """Strongly convex quadratics, interpolants, and the worst functions."""
    rng, n = np.random.default_rng(141), 30 if quick else 100
    for method in ("usam", "ssam", "ssam-n"):
        for mu in (0.2, 0.5):
            f = members.spectra([141, 1], (n, 3), mu)
            yield _up_to_the_limit(rng, method, f, np.zeros(3), mu, 1.0, n)
            for f in members.interpolants([141, 2], 2 if quick else 5, 4 * mu):
                (least,) = f.locate()
                yield _up_to_the_limit(rng, method, f, least, 4 * mu, f.beta, n)
    for mu, rho in ((0.1, 2.0), (0.1, 5.0)):
        f = fejer.ssam_fejer_worst(mu, rho)
        yield _at_the_limit("ssam", f, mu, rho)
        cos = usam_distance.worst_cosine(limit("usam", mu, 1.0, rho), mu, 1.0, rho)
        if abs(cos) < 1:
            yield _at_the_limit(
                "usam", usam_distance.bent(mu, rho, float(cos)), mu, rho
            )


def _up_to_the_limit(
    rng: Any, method: str, f: Landscape, least: Any, mu: float, beta: float, n: int
) -> dict[str, Any]:
    """Radii over decades, half of the rates at the limit."""
    rho = 10 ** rng.uniform(-2, 1, n) / beta
    x = least + rng.normal(size=(n, f.dim))
    share = np.where(rng.random(n) < 0.5, 1.0, rng.uniform(0.01, 1, n))
    eta = share * limit(method, mu, beta, rho)
    numbers = {"mu": mu, "beta": beta, "rho": rho, "eta": eta, "x": x}
    return {"method": method, "f": f, "least": least} | numbers


def _at_the_limit(method: str, f: Landscape, mu: float, rho: float) -> dict[str, Any]:
    """At the limit, on the function that attains it."""
    one = np.ones(1)
    numbers = {"mu": mu, "beta": 1.0, "rho": rho * one, "x": f.points[1:2]}
    eta = limit(method, mu, 1.0, rho) * one
    return {"method": method, "f": f, "least": 0 * f.points[0], "eta": eta} | numbers


def allowed(
    method: str, f: Landscape, mu: Any, beta: Any, rho: Any, eta: Any, **_: Any
) -> Any:
    """Of the class, and the learning rate not above the limit."""
    inside = eta <= limit(method, mu, beta, rho) * (1 + 1e-12)
    return members.belongs(f, mu, beta) & (mu > 0) & inside


def reached(method: str, mu: float, rho: float) -> float:
    """The rate above which a step on the worst function leads away."""
    if method == "usam":
        return nearing.usam_edge(mu, rho)
    if method == "ssam-n":  # at a point whose gradient is short against the radius
        return nearing.ssam_edge(mu, WIDE)
    return nearing.ssam_edge(mu, rho)
