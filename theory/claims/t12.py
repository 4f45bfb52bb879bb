"""T12: on a quadratic SAM's cycle lies on SAM's edge, whatever the curvature."""

from __future__ import annotations

import numpy as np

from theory.claim import Claim, Statement
from theory.quadratic import usam_edge
from theory.settling import bounced
from theory.spectra import rotated


def measured(eta, rho, lam, w, rotation):
    """SAM's edge, USAM's with the radius over the norm of g, where SAM ends."""
    _, end = bounced(eta, rho, lam, w, rotation)
    return usam_edge(eta, rho / np.linalg.norm(end.g, axis=-1))


def bound(eta, rho, lam, w, rotation):
    r"""$\lambda_1$."""
    return lam.max(axis=-1)


def within(eta, rho, lam, w, rotation):
    r"""$\eta\lambda_1 < 2$, so that there is a cycle."""
    return eta * lam.max(axis=-1) < 2


def cases(quick):
    """Rotated spectra, random starts, all learning rates below 2 over the top."""
    for d in (1, 3) if quick else (1, 2, 3, 5):
        yield rotated([120, d], 40 if quick else 300, d)


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
