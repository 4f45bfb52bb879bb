"""L1: SAM on a positive-definite quadratic ends in a 2-cycle along the top mode."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Curve, Picture, Statement
from theory.iterate import iterate
from theory.methods import make
from theory.quadratic import sam_cycle
from theory.settling import bounced
from theory.spectra import rotated


def measured(eta, rho, lam, w, rotation):
    r"""$\lvert\langle v_1, w_t\rangle\rvert$ where $w_t$ is along $v_1$ and alternates.

    From the last two points: $\|w_t\| - \|w_t + w_{t-1}\| - \|w_{t,\perp}\|$, which
    is less than $\|w_t\|$ unless both hold.
    """
    before, end = (state.x for state in bounced(eta, rho, lam, w, rotation))
    across = end - (end @ rotation[:, :1]) * rotation[:, 0]
    size, turned, aside = (
        np.linalg.norm(v, axis=-1) for v in (end, end + before, across)
    )
    return size - turned - aside


def bound(eta, rho, lam, w, rotation):
    r"""$\eta\rho\lambda_1/(2-\eta\lambda_1)$."""
    return sam_cycle(eta, rho, lam.max(axis=-1))


def within(eta, rho, lam, w, rotation):
    r"""$\eta\lambda_1 < 1$, as stated."""
    return eta * lam.max(axis=-1) < 1


def spectra(low, high):
    r"""Random rotated spectra with $\eta\lambda_1$ in [low, high]."""

    def cases(quick):
        for d in (3,) if quick else (2, 3, 5, 8):
            yield rotated([101, d], 40 if quick else 240, d, low, high)

    return cases


def picture():
    """One orbit in the plane, and the cycle's two points."""
    turn = np.pi / 6
    Q = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    f, start = Quadratic(np.array([1.0, 0.25]), Q), np.array([-1.2, 2.6])
    orbit = np.array([s.x for s in iterate(f, make("sam", rho=1.0), start, 0.8, 40)])
    ends = sam_cycle(0.8, 1.0, 1.0) * np.array([[-1], [1]]) * Q[:, 0]
    x, y = np.linspace(-2.0, 2.0, 61), np.linspace(-1.5, 3.0, 61)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    return Picture(
        title="SAM bounces along the steepest direction",
        xlabel=r"$w_1/\rho$",
        ylabel=r"$w_2/\rho$",
        curves=(
            Curve(orbit[:, 0], orbit[:, 1], "SAM", method="SAM"),
            Curve(orbit[:, 0], orbit[:, 1], method="SAM", marker="o"),
            Curve(
                ends[:, 0],
                ends[:, 1],
                r"$\pm\frac{\eta\rho\lambda_1}{2-\eta\lambda_1}v_1$",
                theory=True,
                marker="x",
            ),
        ),
        levels=(x, y, f.value(grid)),
    )


def l1():
    """The statement."""
    return Statement(
        id="L1",
        title="on a convex quadratic SAM ends in a 2-cycle along the top mode",
        source="Wen, Ma, Li, arXiv 2211.05729, Thm 4.8",
        grade="A",
        claims=(
            Claim(
                id="L1",
                says=r"$\lim\lVert w_t\rVert = \frac{\eta\rho\lambda_1}"
                r"{2-\eta\lambda_1}$ along $v_1$, period 2, if $\eta\lambda_1 < 1$",
                expected="holds",
                measured=measured,
                bound=bound,
                cases=spectra(0.05, 0.99),
                within=within,
                outside=spectra(1.01, 1.95),
                rtol=1e-10,  # rounding over the steps
                proof="arXiv 2211.05729, Thm 4.8",
            ),
        ),
        code=("theory/quadratic.py",),
        notes="Positive definite, $\\lambda_1$ simple, almost every start. The "
        "restriction to $\\eta\\lambda_1 < 1$ is not needed as far as tried (T5).",
        picture=picture,
    )
