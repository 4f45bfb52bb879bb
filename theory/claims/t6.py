"""T6: USAM is caught by a strict saddle iff rho exceeds 1/m, else leaves it late."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import simulate
from theory.base import gradient_descent
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.methods import make
from theory.methods.usam import USAM
from theory.quadratic import linear_radius, usam_trap
from theory.settling import last
from theory.spectra import mixed, saddles


def caught(eta, lam):
    """The radius, bisected, from which every mode of the step contracts."""

    def free(rho):
        method = USAM(rho[:, None, None])
        radii = linear_radius(method, gradient_descent, eta[:, None], lam)
        return radii.max(axis=-1) > 1

    return bisect(free, 1e-2 / np.abs(lam).max(axis=-1), 3 / np.abs(lam).min(-1), 1e-10)


def small(eta, lam):
    r"""$\eta\lambda(1+\rho\lambda) < 2$ up to the largest radius tried."""
    rho = 3 / np.abs(lam).min(axis=-1, keepdims=True)
    return (eta[:, None] * lam * (1 + rho * lam) < 2).all(axis=-1)


def every_index(quick):
    """Every index from 1 to d, so maxima too."""
    rng = np.random.default_rng(61)
    for d in (1, 4) if quick else (1, 2, 3, 4, 6):
        n = 30 if quick else 300
        lam = mixed(rng, n, d, low=0.2)
        eta = rng.uniform(0.02, 0.12, n)
        yield {"eta": eta * (np.abs(lam).min(axis=-1)), "lam": lam}


def escape(eta, rho, m, start, radius):
    """Steps until the run has left its ball."""
    run = simulate.batch(
        Quadratic(-m[:, None]),
        make("usam"),
        eta,
        rho,
        start[:, None],
        3000,
        radius=radius,
        window=0,
        engine="numpy",
    )
    return np.where(run.left, run.steps, np.nan)


def predicted(eta, rho, m, start, radius):
    r"""$\lceil\ln(R/\lvert u_0\rvert)/\ln(1+\eta m(1-\rho m))\rceil$."""
    return np.ceil(np.log(radius / start) / np.log(1 + eta * m * (1 - rho * m)))


def free(rho, m, **_):
    r"""$\rho m < 1$."""
    return rho * m < 1


def times(quick):
    """One direction; a third of the radii are 0: GD."""
    rng = np.random.default_rng(62)
    n = 50 if quick else 1000
    m = rng.uniform(0.3, 3, n)
    yield {
        "eta": rng.uniform(0.1, 1, n) / m,
        "rho": rng.uniform(0, 0.8, n) * (rng.uniform(size=n) > 1 / 3) / m,
        "m": m,
        "start": np.exp(rng.uniform(-12, -2, n)),
        "radius": rng.uniform(0.5, 4, n),
    }


def leads(eta, rho, lam):
    """The factor by which a run grows in the end."""
    w = np.full_like(lam, 1e-20)
    before = last("usam", lam, eta, rho, w, 1500)
    after = last("usam", lam, eta, rho, before, 1)
    return np.sqrt((after**2).sum(axis=-1) / (before**2).sum(axis=-1))


def fastest(eta, rho, lam):
    r"""$1 + \eta\max m(1 - \rho m)$."""
    gain = np.where(lam < 0, -lam * (1 + rho[:, None] * lam), -np.inf)
    return 1 + eta * gain.max(axis=-1)


def contracting(eta, rho, lam):
    r"""$\eta\lambda(1+\rho\lambda) < 2$: the other modes die."""
    return (eta[:, None] * lam * (1 + rho[:, None] * lam) < 2).all(axis=-1)


def several(quick):
    """Three descending directions, the leader ahead by more than .02."""
    rng = np.random.default_rng(63)
    n = 100 if quick else 1000
    lam = saddles(rng, n, 4, index=3, low=0.2)
    lam /= lam[:, :1]
    eta, rho = np.full(n, 0.3), rng.uniform(0, 1, n)
    gain = np.sort(-lam[:, 1:] * (1 + rho[:, None] * lam[:, 1:]), axis=-1)
    clear = (gain[:, -1] - gain[:, -2] > 0.06) & (gain[:, -1] > 0.06)
    yield {"eta": eta[clear], "rho": rho[clear], "lam": lam[clear]}


def t6():
    """The statement."""
    return Statement(
        id="T6",
        title="a strict saddle catches USAM iff its radius exceeds 1/m",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T6.trap",
                says=r"attracted iff $\rho > 1/m$, $m$ the least size of a negative "
                r"eigenvalue, if $\eta\lambda(1+\rho\lambda) < 2$ for all",
                expected="holds",
                measured=caught,
                bound=lambda eta, lam: usam_trap(lam),
                cases=every_index,
                within=small,
                rtol=1e-9,  # the bracket is 1e-10 wide
                proof="paper_notes.md, T6",
            ),
            Claim(
                id="T6.time",
                says=r"else $\lvert u\rvert$ grows to $R$ in "
                r"$\lceil\ln(R/\lvert u_0\rvert)/\ln(1+\eta m(1-\rho m))\rceil$ steps",
                expected="holds",
                measured=escape,
                bound=predicted,
                cases=times,
                within=free,
                proof="paper_notes.md, T6",
            ),
            Claim(
                id="T6.leads",
                says=r"of several the direction with the largest $m(1-\rho m)$ leads",
                expected="holds",
                measured=leads,
                bound=fastest,
                cases=several,
                within=contracting,
                rtol=1e-9,  # the next factor is smaller by 1.5 %, to the power 1500
                proof="paper_notes.md, T6",
            ),
        ),
        code=("theory/quadratic.py",),
        notes="GD is $\\rho = 0$, so USAM takes longer by "
        "$\\ln(1+\\eta m)/\\ln(1+\\eta m(1-\\rho m))$.",
    )
