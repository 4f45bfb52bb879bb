"""N9: which factor per step renormalised methods settle to on quadratics, as run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from landscapes.quadratic import Quadratic
from theory import quadratic_rates
from theory.methods import make
from theory.runs import at

STEPS = 220  # to settle, and again to measure: above underflow at the rates used
AWAY = 0.15  # from the ends of each branch, where a run settles slowly
NARROW = 1.85  # from where on the last branch is too narrow for the steps


def gain(
    method: str, eta: Any, rho: Any, spectrum: Any, rotation: Any, w: Any
) -> np.ndarray:
    r"""$1 - (\|w_{2T}\|/\|w_T\|)^{1/T}$, `(n,)`."""
    f, made = Quadratic(spectrum, rotation), make(method, rho=np.asarray(rho)[:, None])
    ends = at((STEPS, 2 * STEPS), f, made, w, np.asarray(eta)[:, None])
    one, two = (np.linalg.norm(state.x, axis=-1) for state in ends)
    return -np.expm1(np.log(two / one) / STEPS)


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """Rotated spectra of two to six eigenvalues, radii over two decades."""
    n = 20 if quick else 150
    for method in ("ssam", "ssam-n"):
        for d in (3,) if quick else (2, 3, 6):
            rng = np.random.default_rng([90, d])
            mu = 1 / rng.uniform(3, 6, n)
            inner = rng.uniform(0.3, 0.7, (n, d))
            spectrum = np.sort(mu[:, None] ** (1 - inner), axis=1)
            spectrum[:, 0], spectrum[:, -1] = mu, 1.0
            rho = 10 ** rng.uniform(-1, 1, n)
            eta = _apart(method, rng, mu, rho)
            w = rng.normal(size=(n, d))
            rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
            numbers = {"eta": eta, "rho": rho, "w": w}
            yield {
                "method": method,
                "spectrum": spectrum,
                "rotation": rotation,
            } | numbers


def _apart(method: str, rng: Any, mu: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Learning rates in all three branches, away from where they meet."""
    low, high = quadratic_rates.best_rates(method, mu, 1.0, rho)
    branch, share = rng.integers(3, size=len(mu)), rng.uniform(AWAY, 1 - AWAY, len(mu))
    branch = np.where((branch == 2) & (high > NARROW), 1, branch)
    ends = np.array([[0.3 * low, low], [low, high], [high, np.full_like(high, 2.0)]])
    first, last = ends[branch, :, np.arange(len(mu))].T
    return first + share * (last - first)
