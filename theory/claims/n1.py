"""N1: USAM's worst step to the minimiser, on quadratics and beyond them."""

from __future__ import annotations

import numpy as np

from theory import members
from theory.claim import Claim, Statement
from theory.worst import SEARCHED, searched


def ratio(f, least, mu, beta, rho, eta, x):
    r"""$\lVert w^+ - w^*\rVert/\lVert w - w^*\rVert$."""
    after = members.step("usam", rho, f, x, eta) - least
    return np.sqrt((after**2).sum(axis=-1) / ((x - least) ** 2).sum(axis=-1))


def straight(mu, beta, rho, eta):
    r"""$\max_\lambda |1 - \eta\lambda(1+\rho\lambda)|$: at an end of $[\mu, \beta]$."""
    low, high = mu * (1 + rho * mu), beta * (1 + rho * beta)
    return np.maximum(np.abs(1 - eta * low), np.abs(1 - eta * high))


def small(f, least, mu, beta, rho, eta, x):
    r"""Strongly convex with curvature in $[\mu, \beta]$, $s \le 1$."""
    return members.belongs(f, mu, beta) & (mu > 0) & (rho * beta <= 1)


def steps(quick):
    """Quadratics, along eigenvectors and across, interpolants, losses on data."""
    rng, n = np.random.default_rng(101), 40 if quick else 300
    for mu in (0.05, 0.3):
        f = members.spectra([101, 1], (n, 3), mu)
        x = rng.normal(size=(n, 3))
        x[: n // 4, 1:], x[n // 4 : n // 2, :-1] = 0, 0
        yield case(rng, f, np.zeros(3), mu, 1.0, x)
        for f in members.interpolants([101, 2], 3 if quick else 15, mu):
            (least,) = f.locate()
            yield case(rng, f, least, mu, f.beta, least + 2 * rng.normal(size=(n, 2)))
    for f in members.losses(quick):
        x = f.locate()[0] + rng.normal(size=(20, f.dim))
        yield case(rng, f, f.locate()[0], *members.limits_of(f), x)


def case(rng, f, least, mu, beta, x):
    """Radii up to 1, learning rates up to USAM's edge."""
    rho = rng.uniform(0.01, 1, len(x)) / beta
    eta = rng.uniform(0.05, 1, len(x)) * 2 / (beta * (1 + rho * beta))
    return dict(f=f, least=least, mu=mu, beta=beta, rho=rho, eta=eta, x=x)


def wide(quick):
    """The searched functions, all of larger s."""
    for method, mu, rho, eta in SEARCHED:
        if method == "usam":
            f = searched(method, mu, rho, eta)
            x, one = f.points[1:2], np.ones(1)
            numbers = {"mu": mu, "beta": 1.0, "rho": rho * one, "eta": eta * one}
            yield {"f": f, "least": 0 * x[0], **numbers, "x": x}


def n1():
    """The statement."""
    return Statement(
        id="N1",
        title="USAM's worst step to the minimiser is a quadratic's iff s is small",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N1.small",
                says=r"$\mu > 0$, $s \le 1$: $\lVert w^+-w^*\rVert \le \max_\lambda"
                r"|1-\eta\lambda(1+\rho\lambda)|\,\lVert w-w^*\rVert$",
                expected="supported",
                relation="<=",
                measured=ratio,
                bound=lambda f, least, mu, beta, rho, eta, x: straight(
                    mu, beta, rho, eta
                ),
                cases=steps,
                within=small,
                outside=wide,
                tight=0.999999,
                rtol=1e-9,  # of minimisers found
            ),
            Claim(
                id="N1.large",
                says=r"for larger s quadratics are not the worst: functions of two "
                r"variables exceed them, and some lead away below their edge",
                expected="supported",
                relation=">=",
                measured=ratio,
                bound=lambda f, least, mu, beta, rho, eta, x: straight(
                    mu, beta, rho, eta
                ),
                cases=wide,
                within=lambda f, least, mu, beta, rho, eta, x: rho * beta > 1,
                loose="how much they exceed is the finding: 1.036 against .947",
            ),
            Claim(
                id="N1.boundary",
                says=r"from $s$ = 1.19 ($\kappa$ 100), 1.55 (20), 2.04 (10), 3.97 (5) "
                r"on the edge on the class is below the quadratic one",
                expected="open",
                waits="semidefinite programmes: the worst case over the class",
            ),
        ),
        code=("theory/worst.py",),
        notes="At $\\mu = .1$, $\\rho = 4$, $\\eta = .38$ a function given by three "
        "points has ratio$^2$ 1.0737 (the certificate's value is 1.0738), quadratics "
        "reach .8964. For $\\mu = 0$ the boundary is $s = 1$, exactly (T14).",
    )
