"""N3: classes, radii, learning rates and points at which pairs of steps are tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from theory import members, parted


def grid(quick: bool) -> Iterator[dict[str, Any]]:
    """Learning rates below and above USAM's limit."""
    for mu in (0.0, 0.05, 0.1, 0.3):
        for rho in (0.3, 1.0, 6.0)[:: 2 if quick else 1]:
            for share in (0.01, 0.5, 0.95, 1.3):
                yield {"eta": share * 2 / (1 + rho), "mu": mu, "rho": rho}


def early(quick: bool) -> Iterator[dict[str, Any]]:
    """Up to a rate where the closed form ends."""
    for rho in (0.1, 1.0, 10.0):
        for share in (0.1, 0.5, 0.9):
            eta = share * 2 / (1 + rho / 2) / 2
            yield {"eta": eta, "rho": rho}


def small(quick: bool) -> Iterator[dict[str, Any]]:
    """A learning rate near 0, condition numbers above 3 + 2 sqrt 2."""
    for mu in (0.1,) if quick else (0.01, 0.05, 0.1, 0.14):
        yield {"mu": mu, "eta": 1e-4}


def conditions(quick: bool) -> Iterator[dict[str, Any]]:
    """Radii and condition numbers."""
    for mu in (0.01, 0.3, 0.9):
        for rho in (0.1, 3.0, 30.0):
            yield {"mu": mu, "rho": rho}


def everywhere(quick: bool) -> Iterator[dict[str, Any]]:
    """From condition 3 + 2 sqrt 2 on at all radii, else above its own."""
    some = ((0.17, 0.3), (0.01, 3.0), (0.0, 0.5), (0.1, 0.05), (0.05, 10.0), (0.2, 1.5))
    for mu, rho in some[: 2 if quick else None]:
        yield {"mu": mu, "rho": rho}


def below(quick: bool) -> Iterator[dict[str, Any]]:
    """Below its radius, where small rates do not part them."""
    yield {"mu": 0.2, "rho": 0.5}


def between(quick: bool) -> Iterator[dict[str, Any]]:
    """Where there is a radius."""
    for mu in (0.22,) if quick else (0.2, 0.24):
        yield {"mu": mu}


def slow(quick: bool) -> Iterator[dict[str, Any]]:
    """Condition numbers up to 2 + sqrt 3."""
    for mu, rho in ((0.27, 0.1), (0.27, 4.0), (0.8, 1.0))[: 1 if quick else None]:
        yield {"mu": mu, "rho": rho}


def across(quick: bool) -> Iterator[dict[str, Any]]:
    """Condition numbers and radii, learning rates below and above the largest."""
    for mu, rho in ((0.1, 0.3), (0.5, 0.3), (1 / 3, 3.0))[: 1 if quick else None]:
        yield {"eta": np.array([0.5, 1.6]), "mu": mu, "rho": rho}


def largest(quick: bool) -> Iterator[dict[str, Any]]:
    """Where there is a largest rate, and quadratics are not the worst."""
    for mu, rho in ((0.5, 0.3), (1 / 3, 0.3), (0.25, 4.0))[: 1 if quick else None]:
        yield {"mu": mu, "rho": rho}


def in_space(quick: bool) -> Iterator[dict[str, Any]]:
    """Pairs of SSAM steps in three dimensions, near and far."""
    rng, n = np.random.default_rng(302), 100 if quick else 1000
    for mu, rho, eta in ((0.3, 1.0, 1.2), (0.1, 0.3, 0.5), (0.5, 4.0, 0.4)):
        f = members.spectra([302, 1], (n, 3), mu)
        v, w = rng.normal(size=(2, n, 3)) * 10 ** rng.uniform(-1, 1, (n, 1))
        w[: n // 2] = v[: n // 2] + 1e-2 * rng.normal(size=(n // 2, 3))
        one = np.ones(n)
        yield {"f": f, "mu": mu, "rho": rho * one, "eta": eta * one, "v": v, "w": w}
    f = parted.function(0.5, 0.1, 0.3)
    v, w = f.points[:1], f.points[2:3]
    numbers = {"mu": 0.1, "rho": np.array([0.3]), "eta": np.array([0.5])}
    yield {"f": f, "v": v, "w": w} | numbers


def steep(quick: bool) -> Iterator[dict[str, Any]]:
    """Where the Hessian is negative, far from the radii of parting."""
    for mu, rho in ((0.6, 1.5), (0.8, 2.0), (0.5, 3.0))[: 1 if quick else None]:
        yield {"mu": mu, "rho": rho}
