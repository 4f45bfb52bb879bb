"""N3: two USAM steps as they part, on the worst functions and on others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory import members
from theory.bisect import bisect
from theory.interval import Interval
from theory.pairs import apart, usam_pair


def attained(eta: float, mu: float, rho: float) -> np.ndarray:
    """The factor of two USAM steps on the worst function."""
    f = usam_pair(eta, mu, rho)
    return apart("usam", rho, f, f.points[:2], eta)


def factor(
    f: Landscape, rho: Any, eta: Any, v: Any, w: Any, method: str = "usam", **_: Any
) -> np.ndarray:
    """The factor of two steps from v and w."""
    ends = [members.step(method, rho, f, x, eta) for x in (v, w)]
    return np.sqrt(((ends[1] - ends[0]) ** 2).sum(-1) / ((w - v) ** 2).sum(-1))


def pairs(quick: bool) -> Iterator[dict[str, Any]]:
    """Near and far, on quadratics, interpolants and losses on data."""
    rng, n = np.random.default_rng(301), 40 if quick else 300
    for mu in (0.0, 0.2):
        f = members.spectra([301, 1], (n, 3), mu)
        v, w = rng.normal(size=(2, n, 3))
        w[: n // 2] = v[: n // 2] + np.array([1e-1, 0, 0])
        yield _case(rng, f, mu, 1.0, v, w)
        for f in members.interpolants([301, 2], 2 if quick else 15, mu):
            v, w = 3 * rng.normal(size=(2, n, 2))
            yield _case(rng, f, mu, f.beta, v, w)
    for f in members.losses(quick):
        v, w = rng.normal(size=(2, 20, f.dim))
        yield _case(rng, f, *members.limits_of(f), v, w)


def _case(rng: Any, f: Landscape, mu: Any, beta: Any, v: Any, w: Any) -> dict[str, Any]:
    """Radii and rates over decades."""
    rho = 10 ** rng.uniform(-2, 1, len(v)) / beta
    eta = 10 ** rng.uniform(-2, 0.3, len(v)) / beta
    return {"f": f, "mu": mu, "beta": beta, "rho": rho, "eta": eta, "v": v, "w": w}


def excess(eta: float, rho: float) -> np.ndarray:
    """The factor's square less 1, mu = 0."""
    return attained(eta, 0.0, rho) ** 2 - 1


def radius(mu: float, eta: float) -> Interval:
    """The radius, bisected, above which two USAM steps may part."""

    def stays(rho):
        return attained(eta, mu, float(rho)) <= 1

    return bisect(stays, 0.1, 100.0, 1e-5)
