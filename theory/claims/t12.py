"""T12: on a quadratic SAM's cycle lies on SAM's edge, whatever the curvature."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import simulate
from theory.claim import Claim, Statement
from theory.methods import make
from theory.spectra import minima


def measured(eta, rho, lam, w, rotation):
    r"""The edge $\frac{\|g\|}{2\rho}(\sqrt{1+8\rho/(\eta\|g\|)}-1)$ where SAM ends."""
    method = make("sam", rho=rho[:, None])
    run = simulate.iterate(Quadratic(lam, rotation), method, w, eta[:, None], 1600)
    *_, end = run
    g = np.sqrt((end.g**2).sum(axis=-1))
    return g / (2 * rho) * (np.sqrt(1 + 8 * rho / (eta * g)) - 1)


def bound(eta, rho, lam, w, rotation):
    r"""$\lambda_1$."""
    return lam.max(axis=-1)


def within(eta, rho, lam, w, rotation):
    r"""$\eta\lambda_1 < 2$, so that there is a cycle."""
    return eta * lam.max(axis=-1) < 2


def cases(quick):
    """Rotated spectra, random starts, learning rates far from any edge of GD's too."""
    for d in (1, 3) if quick else (1, 2, 3, 5):
        rng = np.random.default_rng([120, d])
        n = 40 if quick else 300
        lam, rho = minima(rng, n, d), rng.uniform(0.01, 3, n)
        yield {
            "eta": rng.uniform(0.05, 1.95, n) / lam[:, 0],
            "rho": rho,
            "lam": lam,
            "w": rho[:, None] * rng.normal(size=(n, d)),
            "rotation": np.linalg.qr(rng.normal(size=(d, d)))[0],
        }


def t12():
    """The statement."""
    return Statement(
        id="T12",
        title="on quadratics SAM's edge is an identity: no evidence for it",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T12",
                says=r"on SAM's 2-cycle $\eta\lambda_1(1+\rho\lambda_1/"
                r"\lVert g\rVert)=2$: the edge at $\lVert g\rVert$ is $\lambda_1$",
                expected="holds",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                rtol=1e-10,  # rounding over the steps
                proof="paper_notes.md, T12",
            ),
        ),
        code=("theory/quadratic.py",),
        notes="$w^+ = -w$ along $v_1$ says that the factor "
        "$1-\\eta\\lambda_1(1+\\rho\\lambda_1/\\lVert g\\rVert)$ is $-1$, which is the "
        "edge's equation. Curvature that agrees with the edge on a quadratic, at any "
        "learning rate, is no evidence for L3.",
    )
