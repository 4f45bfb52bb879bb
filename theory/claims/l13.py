"""L13: how near SAM comes to a minimum; the reported neighbourhood lacks a factor."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Statement
from theory.convergence import (
    linear_to_neighbourhood,
    sam_neighbourhood_reported,
    unified_sam_neighbourhood,
)
from theory.methods.unified_sam import UnifiedSAM
from theory.runs import at
from theory.schedule import unified_sam_radius, unified_sam_step

TIMES = (1, 3, 10, 100, 600)


def values(times, lam_sam, gamma, rho, spectrum, w):
    """$f(w_t)$ along the runs, `(times, n)`."""
    f, method = Quadratic(spectrum), UnifiedSAM(rho[:, None], lam_sam[:, None])
    run = at(times, f, method, w, gamma[:, None])
    return np.array([f.value(state.x) for state in run])


def limit(**case):
    """The largest value of the last steps."""
    return values(range(581, 601), **case).max(axis=0)


def along(**case):
    """The values at `TIMES`, `(times, n)`."""
    return values(TIMES, **case)


def constants(spectrum):
    """Least and largest curvature of each quadratic."""
    return spectrum.min(axis=1), spectrum.max(axis=1)


def reported(lam_sam, gamma, rho, spectrum, w):
    """The neighbourhood as reported."""
    return sam_neighbourhood_reported(gamma, rho, *constants(spectrum), lam_sam)


def corrected(lam_sam, gamma, rho, spectrum, w):
    """The decay and the corrected neighbourhood at `TIMES`."""
    mu, L = constants(spectrum)
    floor = unified_sam_neighbourhood(gamma, rho, mu, L, lam_sam)
    t, gap = np.array(TIMES)[:, None], Quadratic(spectrum).value(w)
    return linear_to_neighbourhood(t, gap, gamma, mu, floor)


def within(lam_sam, gamma, rho, spectrum, w):
    r"""$\rho < \rho^*$ and $\gamma \le \gamma^*(\rho)$, with A = 0 and B = 1."""
    return np.array(
        [
            r < unified_sam_radius(m, L, 0, 1, s)
            and g <= unified_sam_step(r, m, L, 0, 1, s)
            for s, g, r, m, L in zip(
                lam_sam, gamma, rho, *constants(spectrum), strict=True
            )
        ]
    )


def case(lam_sam, share, spectrum, w):
    """Radii at a share of the largest, there with the largest step."""
    every = list(zip(*constants(spectrum), lam_sam, strict=True))
    rho = share * np.array([unified_sam_radius(m, L, 0, 1, s) for m, L, s in every])
    gamma = np.array(
        [
            unified_sam_step(r, m, L, 0, 1, s)
            for r, (m, L, s) in zip(rho, every, strict=True)
        ]
    )
    return dict(lam_sam=lam_sam, gamma=gamma, rho=rho, spectrum=spectrum, w=w)


def one_curvature(quick):
    """SAM on f = L w^2/2 for L of 1 to 1e6, rho half of the largest."""
    L = np.geomspace(1, 1e6, 7)[:, None]
    yield case(np.ones(7), 0.5, L, 1 / L)


def six_decades(quick):
    """Random spectra of any scale, condition and start."""
    rng = np.random.default_rng(13)
    n = 60 if quick else 400
    spectrum = 10 ** (rng.uniform(-3, 3, (n, 1)) - rng.uniform(0, 1.5, (n, 4)))
    lam_sam = rng.choice([0.25, 0.5, 1.0], n)
    w = rng.normal(size=(n, 4)) * 10 ** rng.uniform(-3, 3, (n, 1))
    yield case(lam_sam, rng.uniform(0.05, 0.95, n), spectrum, w)


def l13():
    """The statement."""
    return Statement(
        id="L13",
        title="the neighbourhood SAM converges to, and a factor L it lacks",
        source="Oikonomou and Loizou, arXiv 2503.02225, Cor. 3.4 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L13.reported",
                says=r"$\limsup f - f^* \le \lambda^2\rho(1 + 2\gamma L^2\rho)/\mu$",
                expected="refuted",
                relation="<=",
                measured=limit,
                bound=reported,
                cases=one_curvature,
                within=within,
                loose="the wrong units come near it at one scale only",
            ),
            Claim(
                id="L13.corrected",
                says=r"without noise, $\rho < \rho^*$, $\gamma \le \gamma^*$: "
                r"$f(w_t) - f^* \le (1-\gamma\mu)^t(f(w_0) - f^*)"
                r" + L\lambda^2\rho(1 + 2\gamma L^2\rho)/\mu$",
                expected="holds",
                relation="<=",
                measured=along,
                bound=corrected,
                cases=six_decades,
                within=within,
                tight=0.9,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, L13",
                grade="T",
            ),
        ),
        code=("theory/convergence.py",),
        notes="UnifiedSAM with the learning rate $\\gamma$; $\\lambda$ is the share of "
        "SAM's unit vector in its ascent, 1 in SAM; $\\rho^*$ and $\\gamma^*$ are "
        "L12's limits. On $Lw^2/2$ at $\\rho = \\rho^*/2$ SAM's 2-cycle has the value "
        "$.0041L$ times the reported bound: it is exceeded from $L = 245$ on. The "
        "corrected bound is approached along the decay; its last term is larger "
        "than the cycle by a factor of 200 and more.",
    )
