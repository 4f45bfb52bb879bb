"""T2: the angle between the gradient and the gradient at the ascent point."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from landscapes.ssam_cycle import ssam_cycle
from theory import members, regimes
from theory.claim import Claim, Statement
from theory.method import dot, norm


def measured(f, mu, beta, rho, x):
    """The cosine at points `(n, d)`."""
    d, g = members.directions("usam", rho, f, x)
    return (dot(g, d) / (norm(g) * norm(d)))[:, 0]


def bound(f, mu, beta, rho, x):
    r"""$2\sqrt{ab}/(a+b)$."""
    return regimes.cosine(mu, beta, rho)


def within(f, mu, beta, rho, x):
    r"""Curvature in $[\mu, \beta]$, $a = 1 + \rho\mu > 0$."""
    return members.belongs(f, mu, beta) & (1 + rho * mu > 0)


def cases(quick):
    """Random spectra of either sign, at random points and at the worst one."""
    rng = np.random.default_rng(2)
    n, d = (200, 4) if quick else (5000, 6)
    lam = rng.uniform(-1, 1, (n, d))
    least, most = lam.min(axis=1), lam.max(axis=1)
    rho = rng.uniform(0.01, 0.99, n) / np.abs(least)
    # Both extreme directions with gradients in the ratio b : a.
    worst = np.zeros_like(lam)
    rows, low, high = np.arange(n), lam.argmin(axis=1), lam.argmax(axis=1)
    worst[rows, low] = (1 + rho * most) / least
    worst[rows, high] = (1 + rho * least) / most
    # A bound on the curvature's size, for spectra whose largest is negative.
    beta = np.maximum(most, 1e-9)
    for x in (rng.normal(size=(n, d)), worst):
        yield case(Quadratic(lam), least, beta, rho, x)
    for mu in (-1.0, 0.0, 0.3):
        for f in members.interpolants([2, 2], 2 if quick else 10, mu):
            rho = 10 ** rng.uniform(-2, 2, 50) / f.beta
            rho = 0.99 * rho / (1 - rho * min(mu, 0))
            yield case(f, mu, f.beta, rho, 3 * rng.normal(size=(50, 2)))
        f, rho = ssam_cycle(0.9, mu), np.full(2, 0.9)
        yield case(f, mu, 1.0, rho, f.points[:2])
    for f in members.losses(quick):
        rho, x = 10 ** rng.uniform(-2, 2, 20), rng.normal(size=(20, f.dim))
        yield case(f, *members.limits_of(f), rho, x)


def case(f, mu, beta, rho, x):
    """The names of the arguments."""
    return dict(f=f, mu=mu, beta=beta, rho=rho, x=x)


def t2():
    """The statement."""
    return Statement(
        id="T2",
        title="the angle of ascent and descent gradients is bounded",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T2",
                says=r"$\cos\angle(g, g') \ge 2\sqrt{ab}/(a+b)$ if $a > 0$",
                expected="holds",
                relation=">=",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                tight=0.999999,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, T2",
            ),
        ),
        code=("theory/regimes.py",),
        notes="On quadratics the first antieigenvalue of $I + \\rho H$; on the class "
        "it follows from T1's ball. T15's function attains it as well.",
    )
