"""T19: steps to the minimiser at one rate for every condition number."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import every_kappa, fejer, members
from theory.claim import Claim, Statement
from theory.worst import fejer_extremal

METHODS = "usam", "ssam"


def ratio(method, f, least, mu, beta, rho, x, eta):
    r"""$\lVert w^+ - w^*\rVert/\lVert w - w^*\rVert$."""
    after = members.step(method, rho, f, x, eta) - least
    return np.sqrt((after**2).sum(axis=-1) / ((x - least) ** 2).sum(axis=-1))


def factor(method, f, least, mu, beta, rho, x, eta):
    """T19's."""
    return every_kappa.uniform_factor(method, eta, mu, beta, rho)


def allowed(method, f, least, mu, beta, rho, x, eta):
    r"""Curvature in $[\mu, \beta]$, and the learning rate not above the limit."""
    limit = every_kappa.uniform_limit(method, beta, rho)
    inside = (mu >= 0) & (eta <= limit * (1 + 1e-12)) & (limit > 0)
    return members.belongs(f, mu, beta) & inside


def steps(method):
    """Quadratics of all condition numbers, interpolants, the worst functions."""

    def cases(quick):
        rng, n = np.random.default_rng(19), 40 if quick else 200
        for mu in (0.0, 1e-6, 0.01, 0.1, 0.5, 0.9, 1.0):
            x = rng.normal(size=(n, 3))
            x[: n // 4, :-1], x[n // 4 : n // 2, 1:] = 0, 0  # flat, and steep
            x[n // 2 : 3 * n // 4, :-1] *= mu**0.5  # hardly bent
            f = members.spectra([19, 1], (n, 3), mu)
            yield up_to_the_limit(rng, method, f, np.zeros(3), mu, 1.0, x)
        for mu in (0.02, 0.3, 2.0):
            for f in members.interpolants([19, 2], 2 if quick else 6, mu):
                least = f.locate()[0]
                x = least + rng.normal(size=(n, 2))
                yield up_to_the_limit(rng, method, f, least, mu, f.beta, x)
        for mu, s in ((0.02, 1.0), (0.1, 2.5), (0.3, 1.5)):
            f = fejer.ssam_fejer_worst(mu, s)
            yield case(method, f, 0 * f.points[0], mu, 1.0, [s], f.points[1:2])

    return cases


def up_to_the_limit(rng, method, f, least, mu, beta, x):
    """Radii below 3, half of the rates at the limit."""
    rho, half = rng.uniform(0.01, 2.99, len(x)) / beta, rng.random(len(x)) < 0.5
    share = np.where(half, 1.0, rng.uniform(0.01, 1, len(x)))
    return case(method, f, least, mu, beta, rho, x, share)


def case(method, f, least, mu, beta, rho, x, share=1.0):
    """The names of the arguments."""
    rho = np.array(rho, dtype=float)
    eta = share * every_kappa.uniform_limit(method, beta, rho)
    where = {"f": f, "least": least, "mu": mu, "beta": beta, "x": x}
    return {"method": method, "rho": rho, "eta": eta} | where


def too_fast(method):
    """Two hundredths above the limit, at the two ends of the curvatures."""

    def cases(quick):
        for s in (0.2, 0.8, 2.8):
            mu = 1.0 if s < 1 else 0.0
            parabola = Quadratic(np.ones(1)), np.ones(1)
            f, x = parabola if mu else fejer_extremal(method, s, 0.02)
            yield case(method, f, 0 * x, mu, 1.0, [s], x[None], 1.02)

    return cases


def radii(quick):
    """Both methods, below 3."""
    for method in METHODS:
        yield {"method": method, "rho": np.linspace(0.02, 2.98, 7 if quick else 38)}


def t19():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, T19"}
    every = {"measured": ratio, "bound": factor, "within": allowed, "relation": "<="}
    return Statement(
        id="T19",
        title="USAM and SSAM near the minimiser, uniformly in the condition number",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T19.usam",
                says=r"USAM: $\lVert w^+-w^*\rVert \le (1-\eta\mu(1+\rho\mu))"
                r"\lVert w-w^*\rVert$ for all $\mu \in [0, \beta]$, if $\eta\beta \le "
                r"\min(\frac1{1+s}, \frac{3-s}2)$, $s = \rho\beta < 3$",
                cases=steps("usam"),
                outside=too_fast("usam"),
                tight=0.999999,
                rtol=1e-9,  # of minimisers found, and rounding
                atol=1e-14,  # at mu = beta the factor may be 0
                **every,
                **shared,
            ),
            Claim(
                id="T19.ssam",
                says=r"SSAM: $\lVert w^+-w^*\rVert^2 \le (1-\frac{\eta\mu}{2(1+s)})"
                r"\lVert w-w^*\rVert^2$ for all $\mu \in [0, \beta]$, if $\eta\beta "
                r"\le \min(2-\frac1{2(1+s)}, 2\sqrt{1+s}(2-\sqrt{1+s}))$",
                cases=steps("ssam"),
                outside=too_fast("ssam"),
                tight=0.999,
                rtol=1e-9,  # of minimisers found, and rounding
                **every,
                **shared,
            ),
            Claim(
                id="T19.only_if",
                says=r"both ranges are exact: above them $\frac\beta2x^2$ ($\mu = "
                r"\beta$) or T14's functions ($\mu = 0$) break the bound",
                measured=every_kappa.uniform_edge,
                bound=lambda method, rho: every_kappa.uniform_limit(method, 1.0, rho),
                cases=radii,
                within=lambda method, rho: rho < 3,
                rtol=1e-7,  # the bracket
                atol=5e-6,  # T14's functions at an angle of 1e-3
                **shared,
            ),
            Claim(
                id="T19.most",
                says=r"of SSAM's rate $1-c\eta\mu$ no c above $2/(1+s)$ serves all "
                r"$\mu$: four times the one proved",
                measured=every_kappa.flat_share,
                bound=lambda rho, mu: 2 / (1 + rho),
                cases=lambda quick: [{"rho": np.linspace(0.1, 2.9, 15), "mu": 1e-10}],
                within=lambda rho, mu: rho < 3,
                rtol=1e-2,  # of order mu^(1/4)
                **shared,
            ),
        ),
        code=("theory/every_kappa.py",),
        notes="USAM: from N1, for below the limit quadratics are the worst, and of "
        "them the flattest. SSAM: T14's three inequalities, with the least curvature "
        "taken off, leave $2\\mu\\lVert w\\rVert^2$, three quarters of which absorb "
        "what is linear in w; the rest is a quadratic form in $g, g'$ that is "
        "quadratic in $\\mu$ and nonnegative iff the roots of its values at both ends "
        "add up to that of its curvature. The ends are where the limits come from.",
    )
