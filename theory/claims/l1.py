"""L1: SAM on a positive-definite quadratic ends in a 2-cycle along the top mode."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import simulate
from theory.claim import Claim, Curve, Picture, Statement
from theory.methods import make
from theory.quadratic import sam_cycle
from theory.spectra import minima


def run(eta, rho, lam, w, rotation, steps):
    """The points of SAM's runs, step by step."""
    method = make("sam", rho=rho[:, None])
    landscape = Quadratic(lam, rotation)
    return simulate.iterate(landscape, method, w, eta[:, None], steps)


def measured(eta, rho, lam, w, rotation):
    r"""$\lvert\langle v_1, w_t\rangle\rvert$ where $w_t$ is along $v_1$ and alternates.

    From the last two points: $\|w_t\| - \|w_t + w_{t-1}\| - \|w_{t,\perp}\|$, which
    is less than $\|w_t\|$ unless both hold.
    """
    *_, before, end = (state.x for state in run(eta, rho, lam, w, rotation, 1600))
    across = end - (end @ rotation[:, :1]) * rotation[:, 0]
    return size(end) - size(end + before) - size(across)


def size(v):
    """Lengths along the last axis."""
    return np.sqrt((v**2).sum(axis=-1))


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
            rng = np.random.default_rng([101, d])
            n = 40 if quick else 240
            lam, rho = minima(rng, n, d), rng.uniform(0.01, 3, n)
            yield {
                "eta": rng.uniform(low, high, n) / lam[:, 0],
                "rho": rho,
                "lam": lam,
                "w": rho[:, None] * rng.normal(size=(n, d)),
                "rotation": np.linalg.qr(rng.normal(size=(d, d)))[0],
            }

    return cases


def picture():
    """One orbit in the plane, and the cycle's two points."""
    turn = np.pi / 6
    Q = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lam, eta = np.array([[1.0, 0.25]]), np.array([0.8])
    start = np.array([[-1.2, 2.6]])
    orbit = np.array([s.x[0] for s in run(eta, np.ones(1), lam, start, Q, 40)])
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
        levels=(x, y, Quadratic(lam[0], Q).value(grid)),
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
