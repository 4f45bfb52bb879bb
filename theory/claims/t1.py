"""T1: the ball that holds the gradient at the ascent point."""

from __future__ import annotations

import numpy as np
from numpy.linalg import norm

from landscapes.quadratic import Quadratic
from theory import members, regimes
from theory.claim import Claim, Statement


def reach(f, mu, beta, rho, x):
    r"""$\lVert g' - \frac{a+b}2 g\rVert / (\frac{b-a}2\lVert g\rVert)$."""
    d, g = members.directions("usam", rho, f, x)
    middle = 1 + rho * (mu + beta) / 2
    return norm(d - middle[:, None] * g, axis=-1) / (
        rho * (beta - mu) / 2 * norm(g, axis=-1)
    )


def scale(f, mu, beta, rho, x):
    r"""SSAM's $\gamma = \lVert d\rVert/\lVert g'\rVert$."""
    d, _ = members.directions("ssam", rho, f, x)
    ascent, _ = members.directions("usam", rho, f, x)
    return norm(d, axis=-1) / norm(ascent, axis=-1)


def low(f, mu, beta, rho, x):
    """1/b."""
    return regimes.gamma_range(mu, beta, rho)[0]


def high(f, mu, beta, rho, x):
    """1/a."""
    return regimes.gamma_range(mu, beta, rho)[1]


def of_the_class(f, mu, beta, rho, x):
    """The function's curvature lies between the two numbers."""
    return members.belongs(f, mu, beta) & (rho >= 0)


def with_a(f, mu, beta, rho, x):
    """Besides $a > 0$."""
    return of_the_class(f, mu, beta, rho, x) & (1 + rho * mu > 0)


def ascents(quick):
    """Quadratics, also at their extreme directions, interpolants, real data."""
    rng, n = np.random.default_rng(1), 40 if quick else 200
    for mu in (-1.0, 0.0, 0.3):
        f = members.spectra([1, 1], (n, 4), mu)
        x = rng.normal(size=(n, 4))
        x[: n // 3, 1:] = 0  # the steep direction alone
        if mu:
            x[n // 3 : n // 2, :-1] = 0  # the flat one
        yield case(rng, f, mu, 1.0, x)
    for mu in (-1.0, 0.0, 0.3):
        for f in members.interpolants([1, 2], 2 if quick else 8, mu):
            yield case(rng, f, mu, f.beta, 3 * rng.normal(size=(n, 2)))
    for f in members.losses(quick):
        x = rng.normal(size=(20 if quick else 100, f.dim))
        yield case(rng, f, *members.limits_of(f), x)


def case(rng, f, mu, beta, x):
    """Radii over four decades; of any function, a > 0 where there is a bound on it."""
    rho = 10 ** rng.uniform(-2, 2, len(x)) / beta
    return dict(f=f, mu=mu, beta=beta, rho=rho, x=x)


def ascents_with_a(quick):
    r"""The same with $\rho|\mu| < 1$."""
    for c in ascents(quick):
        if c["mu"] < 0:
            share = c["rho"] / (1 + c["rho"])
            c["rho"] = 0.999 * share / -c["mu"]
        yield c


def steeper(quick):
    """The class is said to be flatter than the function is."""
    x, rho = np.array([[1.0, 0.0]]), np.array([0.5])
    yield {"f": Quadratic(np.array([1.0, 0.2])), "mu": 0, "beta": 0.9, "rho": rho} | {
        "x": x
    }


def t1():
    """The statement."""
    proof = "paper_notes.md, T1"
    return Statement(
        id="T1",
        title="the gradient at the ascent point lies in a ball",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T1.ball",
                says=r"$\lVert g' - \frac{a+b}{2} g\rVert \le \frac{b-a}{2}"
                r"\lVert g\rVert$, curvature in $[\mu, \beta]$, any sign",
                expected="holds",
                relation="<=",
                measured=reach,
                bound=lambda f, mu, beta, rho, x: 1.0,
                cases=ascents,
                within=of_the_class,
                outside=steeper,
                tight=0.999,
                rtol=1e-9,  # rounding, over rho (beta - mu) down to 7e-3
                proof=proof,
            ),
            Claim(
                id="T1.most",
                says=r"$\gamma \le 1/a$ if $a > 0$; on convex losses $\gamma \le 1$",
                expected="holds",
                relation="<=",
                measured=scale,
                bound=high,
                cases=ascents_with_a,
                within=with_a,
                tight=0.999,
                rtol=1e-12,  # rounding
                proof=proof,
            ),
            Claim(
                id="T1.least",
                says=r"$\gamma \ge 1/b$ if $a > 0$",
                expected="holds",
                relation=">=",
                measured=scale,
                bound=low,
                cases=ascents_with_a,
                within=with_a,
                tight=0.999,
                rtol=1e-12,  # rounding
                proof=proof,
            ),
        ),
        code=("theory/regimes.py", "theory/members.py"),
        notes="The interpolation inequality of the class for the pair $w$, "
        "$w + \\rho g$, doubled by exchanging the two. Where $a \\le 0$ the ball holds "
        "but $g'$ may vanish: then $d = 0$, and $\\gamma$ has no upper bound.",
    )
