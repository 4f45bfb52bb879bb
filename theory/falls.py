"""N4: how far single steps lower f, and what they do to its gradient, as run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from theory import members, regimes, value_rates


def fall(
    method: str, f: Landscape, mu: Any, beta: Any, rho: Any, eta: Any, x: Any, low: Any
) -> np.ndarray:
    r"""$(f(w^+) - f^*)/(f(w) - f^*)$."""
    return (f.value(members.step(method, rho, f, x, eta)) - low) / (f.value(x) - low)


def growth(
    method: str, f: Landscape, mu: Any, beta: Any, rho: Any, eta: Any, x: Any, low: Any
) -> np.ndarray:
    r"""$\lVert\nabla f(w^+)\rVert/\lVert\nabla f(w)\rVert$."""
    ends = [f.gradient(w) for w in (members.step(method, rho, f, x, eta), x)]
    return np.divide(*[np.sqrt((g**2).sum(axis=-1)) for g in ends])


def runs(method: str) -> Callable[[bool], Iterator[dict]]:
    """Quadratics of each eigenvector and across, interpolants, losses on data."""

    def cases(quick: bool) -> Iterator[dict]:
        rng, n = np.random.default_rng(401), 40 if quick else 300
        for mu in (0.05, 0.3):
            f = members.spectra([401, 1], (n, 3), mu)
            x = rng.normal(size=(n, 3))
            x[: n // 4, 1:], x[n // 4 : n // 2, :-1] = 0, 0
            yield case(rng, method, f, mu, 1.0, x, 0.0)
            for f in members.interpolants([401, 2], 2 if quick else 12, mu):
                (least,) = f.locate()
                x = least + 2 * rng.normal(size=(n, 2))
                yield case(rng, method, f, mu, f.beta, x, f.value(least))
            yield at_best(method, mu, 2.0)
        for f in members.losses(quick):
            least = f.locate()[0]
            x = least + rng.normal(size=(20, f.dim))
            limits = members.limits_of(f)
            if limits[0] > 0:
                yield case(rng, method, f, *limits, x, f.value(least))

    return cases


def case(
    rng: np.random.Generator,
    method: str,
    f: Landscape,
    mu: Any,
    beta: Any,
    x: Any,
    low: Any,
) -> dict[str, Any]:
    """Radii over decades, learning rates up to T3's limit."""
    rho = 10 ** rng.uniform(-2, 1, len(x)) / beta
    eta = rng.uniform(0.05, 1, len(x)) * regimes.descent_limit(method, mu, beta, rho)
    numbers = {"mu": mu, "beta": beta, "rho": rho, "eta": eta}
    return {"method": method, "f": f, "x": x, "low": low, **numbers}


def at_best(method: str, mu: float, rho: float) -> dict[str, Any]:
    """A step of the best length on diag(1, mu), from all directions."""
    t = np.linspace(0, np.pi / 2, 2000)
    # Gradients of all ratios: the flat part is 1/mu times as long as its share.
    x = np.stack([np.cos(t), np.sin(t) / mu], axis=-1)
    eta = float(value_rates.best_value_step(method, mu, 1.0, rho))
    numbers = {"rho": np.full(len(t), rho), "eta": np.full(len(t), eta)}
    f = Quadratic(np.array([1.0, mu]))
    return (
        {"method": method, "f": f, "x": x, "low": 0.0}
        | numbers
        | {
            "mu": mu,
            "beta": 1.0,
        }
    )


def slowest(method: str, mu: float, rho: float, share: Iterable[float]) -> np.ndarray:
    """The largest factor on diag(1, mu), of steps so many times the best long."""
    start = at_best(method, mu, rho)
    found = [
        np.sqrt(fall(**start | {"eta": part * start["eta"]}).max()) for part in share
    ]
    return np.array(found)
