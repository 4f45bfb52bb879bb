r"""Runs on many quadratics: which come to rest, stay near a saddle or leave it.

`lam` are spectra `(n, d)`, with k starts each where `w` is `(n, k, d)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from landscapes.quadratic import Quadratic
from theory import runs
from theory.bisect import bisect
from theory.interval import Interval
from theory.iterate import State
from theory.methods import make
from theory.quadratic import weakest_descent


def last(
    spec: str,
    lam: np.ndarray,
    eta: Any,
    rho: Any,
    w: np.ndarray,
    steps: int,
    **values: Any,
) -> np.ndarray:
    """The points after `steps`, `(..., d)`; not finite where a run diverged.

    Args:
        spec: name of the method.
        lam: spectra, `(..., d)`.
        eta: learning rates, `(...)`.
        rho: radii, `(...)`.
        w: starts, `(..., d)`.
        steps: how many.
        **values: further hyperparameters by name, `(..., 1)`.
    """
    eta, rho = (np.asarray(v, dtype=float)[..., None] for v in (eta, rho))
    w = w + np.zeros(np.broadcast_shapes(eta.shape, rho.shape, lam.shape))
    return runs.last(Quadratic(lam), make(spec, rho=rho, **values), w, eta, steps).x


def bounced(
    eta: Any, rho: Any, lam: np.ndarray, w: np.ndarray, rotation: Any = None
) -> list[State]:
    r"""SAM's last two states, of 1600 steps: then $(1 - \eta\lambda)^t$ is no more.

    Of the cases of `rotated`, in their own coordinates.
    """
    f, method = Quadratic(lam, rotation), make("sam", rho=rho[:, None])
    return runs.at((1599, 1600), f, method, w, eta[:, None])


def steepness(lam: np.ndarray, w: np.ndarray) -> np.ndarray:
    r"""$\|Hw\|$, infinite where the point is not finite, `(...)`."""
    with np.errstate(all="ignore"):
        size = np.sqrt(((lam * w) ** 2).sum(axis=-1))
    return np.where(np.isfinite(size), size, np.inf)


def shrinks(
    spec: str, lam: np.ndarray, eta: Any, rho: Any, w: np.ndarray, steps: int
) -> np.ndarray:
    r"""Whether $\|Hw\|$ falls from half of the steps to all of them, `(...)`.

    That decides between what tends geometrically to 0 and what grows.
    """
    half = last(spec, lam, eta, rho, w, steps // 2)
    full = last(spec, lam, eta, rho, half, steps // 2)
    before, after = steepness(lam, half), steepness(lam, full)
    return (after < before) | (before < 1e-100)


def settles(
    spec: str, lam: np.ndarray, eta: Any, rho: Any, w: np.ndarray
) -> np.ndarray:
    """Whether all starts tend to the critical point in 500 steps, `(..., n)`.

    eta and rho are `(..., n)`.
    """
    eta, rho = eta[..., None], rho[..., None]
    return shrinks(spec, lam[:, None], eta, rho, w, 500).all(axis=-1)


def settling_rate(spec: str, lam: np.ndarray, rho: Any, w: np.ndarray) -> Interval:
    """Bisected, 1e-4 wide: up to which eta all starts tend to the critical point."""
    steep = np.abs(lam).max(axis=-1)

    def holds(eta: np.ndarray) -> np.ndarray:
        return settles(spec, lam, eta, rho, w)

    return bisect(holds, 0.1 / steep, 3 / steep, 1e-4, parts=33)


def near(lam: np.ndarray, rho: Any, w: np.ndarray) -> np.ndarray:
    r"""Whether $\|Hw\| < 50\rho m$: 50 times SAM's trap, `(..., n, k)`."""
    return steepness(lam[:, None], w) < (50 * rho * weakest_descent(lam))[..., None]


def leaving_rate(
    spec: str, lam: np.ndarray, rho: Any, w: np.ndarray, who: str, **values: Any
) -> Interval:
    r"""Bisected, 8e-3 wide: up to which eta starts are `near` after 1200 steps.

    Args:
        spec: name of the method.
        lam: spectra of saddles, `(n, d)`, $\lambda_+ > 0$.
        rho: radii, `(n,)`.
        w: starts, `(n, k, d)`.
        who: "all" of them or "some".
        **values: further hyperparameters, `(n, 1, 1)`.
    """
    m, top = weakest_descent(lam), lam.max(axis=-1)
    whole = {"all": np.all, "some": np.any}[who]

    def stay(eta: np.ndarray) -> np.ndarray:
        args = lam[:, None], eta[..., None], rho[:, None], w, 1200
        return whole(near(lam, rho, last(spec, *args, **values)), axis=-1)

    return bisect(stay, 0.05 * m / top**2, 1.98 / top, 8e-3, parts=15)
