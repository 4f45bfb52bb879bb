"""L9: on a half-parabola SAM never leaves a sharp minimiser."""

from __future__ import annotations

import numpy as np

from landscapes.half_line import half_line
from theory.claim import Claim, Statement
from theory.methods.sam import SAM
from theory.runs import last

STEPS = 200


def sharpness(start, eta, rho):
    r"""$\max_{|e|\le\rho} f(w_T + e) - f(w_T)$ after SAM, f being convex."""
    f = half_line()
    end = last(f, SAM(rho[:, None]), start[:, None], eta[:, None], STEPS)
    around = [f.value(end.x + sign * rho[:, None]) for sign in (-1, 1)]
    return np.maximum(*around) - f.value(end.x)


def cases(quick, start=(0.0,)):
    """Learning rates up to 2, radii up to 1, every pair."""
    n = 8 if quick else 60
    grid = np.meshgrid(start, np.linspace(0.01, 2, n), np.linspace(0.01, 1, n))
    start, eta, rho = (v.ravel() for v in grid)
    yield {"start": start, "eta": eta, "rho": rho}


def l9():
    """The statement."""
    return Statement(
        id="L9",
        title="SAM started at a sharp minimiser of a half-parabola stays there",
        source="Schliserman et al., arXiv 2511.03548, Thm 6",
        grade="A",
        claims=(
            Claim(
                id="L9",
                says=r"on $f = \max(0, x)^2/2$ from 0 SAM has "
                r"$\max_{\lvert e\rvert\le\rho} f(w_T + e) - f(w_T) = \rho^2/2$, "
                r"$\rho \le 1$",
                expected="holds",
                measured=sharpness,
                bound=lambda start, eta, rho: rho**2 / 2,
                cases=cases,
                within=lambda start, eta, rho: (start == 0) & (rho <= 1),
                outside=lambda quick: cases(quick, (-0.1, 0.1)),
                rtol=1e-12,  # rounding
                proof="paper_notes.md, L9",
            ),
        ),
        code=("landscapes/half_line.py",),
        notes=(
            "At 0 the gradient vanishes and $u(0) = 0$: the ascent point is 0 too, so "
            "SAM does not move, though every point below $-\\rho$ is flat. From "
            "$w_0 > 0$, $\\eta < 1$, it stops in $(-\\eta\\rho, 0]$, where the gap "
            "is still above $(1-\\eta)^2\\rho^2/2$."
        ),
    )
