r"""Cases of T10: functions under the Polyak-Lojasiewicz inequality.

A case has the landscape, learning rates `eta`, radii `rho`, starts `w` `(n, d)`, the PL
constant `mu`, the smoothness `beta` and the least value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.huber_ridge import huber_ridge
from landscapes.log_cosh import log_cosh
from landscapes.logistic_regression import logistic_regression
from landscapes.quadratic import Quadratic
from landscapes.ridge_regression import ridge_regression


def random_quadratics(
    n: int, reach: Callable[[np.ndarray], Any], rng: np.random.Generator
) -> dict[str, Any]:
    r"""Rotated spectra of four eigenvalues from mu to beta, scales over decades.

    Args:
        n: how many.
        reach: $\eta\beta$ of the condition numbers, `(n,)`.
        rng: draws them.
    """
    d = 4
    beta, kappa = 10 ** rng.uniform(-2, 2, n), 10 ** rng.uniform(0, 3, n)
    spectrum = beta[:, None] * kappa[:, None] ** -rng.uniform(0, 1, (n, d))
    spectrum[:, 0], spectrum[:, 1] = beta, beta / kappa
    Q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return {
        "landscape": Quadratic(spectrum, Q),
        "eta": reach(kappa) / beta,
        "rho": 10 ** rng.uniform(-2, 2, n),
        "w": rng.normal(size=(n, d)) * 10 ** rng.uniform(-2, 2, (n, 1)),
        "mu": beta / kappa,
        "beta": beta,
        "least": 0.0,
    }


@cache
def functions() -> list[tuple[FiniteSum, float, float, np.ndarray]]:
    """Regressions: the landscape, its PL constant, its smoothness, a minimiser."""
    made = []
    for f in (
        log_cosh(ridge=0.1),
        huber_ridge(ridge=0.1),
        huber_ridge(ridge=0.5, delta=0.2),
        # Fewer samples than features: minimisers fill a subspace.
        ridge_regression("diabetes", 0.0, rows=6),
        ridge_regression("wine", 0.1),
        logistic_regression("wine", 0.1),
        logistic_regression("breast_cancer", 0.1),
    ):
        known = f.constants
        made.append((f, known.get("pl", known["mu"]), known["beta"], f.locate()[0]))
    return made


def on_functions(shares: Callable[[float], np.ndarray]) -> Iterator[dict[str, Any]]:
    r"""Random starts and radii; `shares` of mu / beta gives $\eta\beta$, 8 of each."""
    for f, mu, beta, minimiser in functions():
        rng = np.random.default_rng(10)
        reach = np.repeat(shares(mu / beta), 8)
        n = len(reach)
        far = 10 ** rng.uniform(-2, 1, (n, 1)) * rng.normal(size=(n, f.dim))
        yield {
            "landscape": f,
            "eta": reach / beta,
            "rho": 10 ** rng.uniform(-2, 1, n),
            "w": minimiser + far,
            "mu": np.full(n, mu),
            "beta": np.full(n, beta),
            "least": float(f.value(minimiser)),
        }
