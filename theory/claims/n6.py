"""N6: a lemma one would like to have on pairs of USAM steps."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import pair_factors, proofs
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.pairs import apart, usam_pair


def line(eta, mu, rho):
    """Two USAM steps on $x^2/2$, from 0 and 1."""
    pair = np.array([[0.0], [1.0]])
    return apart("usam", rho, Quadratic(np.ones(1)), pair, eta)


def worst(eta, mu, rho):
    """Two USAM steps on the worst function."""
    f = usam_pair(eta, mu, rho)
    return apart("usam", rho, f, f.points[:2], eta)


def promised(eta, mu, rho):
    r"""$1 - a\eta\mu\beta/(\mu+\beta)$."""
    return pair_factors.coercive_factor(eta, mu, 1.0, rho)


def in_range(eta, mu, rho):
    r"""$0 < \eta \le 2/(\mu+\beta) - \rho$."""
    return 0 < eta <= 2 / (mu + 1) - rho


def at_the_end(quick):
    """The largest learning rate of the range, rounded down."""
    yield {"eta": 1.518, "mu": 0.1, "rho": 0.3}


def beyond_lines(quick):
    """Where quadratics obey and others do not, and without strong convexity."""
    yield {"eta": 0.409, "mu": 0.1, "rho": 1.0}
    yield {"eta": 0.5, "mu": 0.02, "rho": 0.4}
    for eta in (0.01, 1.0):
        yield {"eta": eta, "mu": 0.0, "rho": 0.5}


ROOT = pair_factors.coercive_curvature()


def round_numbers(quick):
    """The whole range, from the root on."""
    for mu in (ROOT, 0.5) if quick else (ROOT, 0.25, 0.3, 0.5, 0.8):
        top = 2 / (mu + 1)
        for rho in np.linspace(0.02, 0.98, 5 if quick else 15) * top:
            for share in (0.02, 0.3, 0.7, 1.0):
                eta = share * (top - rho) * (1 - 1e-12)
                yield {"eta": float(eta), "mu": mu, "rho": float(rho)}


def least(points):
    """The least curvature, bisected, at which $x^2/2$ obeys it at every radius."""

    def obeys(mu):
        top = 2 / (1 + float(mu))
        rho = np.linspace(0.01, 0.99, points) * top
        kept = [line(top - r, mu, r) <= promised(top - r, float(mu), r) for r in rho]
        return all(kept)

    return bisect(obeys, 0.5, 0.1, 1e-6)


def radius(mu, eta):
    """The radius, bisected, above which the lemma fails."""

    def obeys(rho):
        rho = float(rho)
        return worst(eta, mu, rho) <= promised(eta, mu, rho)

    return bisect(obeys, 0.02, 1.74, 1e-5)


def small(quick):
    """A learning rate near 0."""
    for mu in (0.05,) if quick else (0.02, 0.05, 0.1, 0.12):
        yield {"mu": mu, "eta": 1e-4}


def files(quick):
    """Of the kept proofs."""
    return [{"name": name} for name in proofs.names("n6")]


def promised_at(name):
    """At a kept proof's numbers."""
    mu, _, rho, eta = proofs.at(name)
    return promised(eta, mu, rho)


def n6():
    """The statement."""
    return Statement(
        id="N6",
        title="co-coercivity at the ascent points, as a factor of USAM's pairs",
        source="this toolkit (nobody's that was read)",
        grade="N",
        claims=(
            Claim(
                id="N6.line",
                says=r"$\lVert w^+-v^+\rVert \le (1-\frac{a\eta\mu\beta}{\mu+\beta})"
                r"\lVert w-v\rVert$ for $\eta \le \frac{2}{\mu+\beta}-\rho$, already "
                r"on $x^2/2$",
                expected="refuted",
                relation="<=",
                measured=line,
                bound=promised,
                cases=at_the_end,
                within=in_range,
                loose="it is false",
            ),
            Claim(
                id="N6.class",
                says="the same at rates where quadratics obey it, and for "
                r"$\mu = 0$ (never expansive)",
                expected="refuted",
                relation="<=",
                measured=worst,
                bound=promised,
                cases=beyond_lines,
                within=in_range,
                loose="it is false",
            ),
            Claim(
                id="N6.small",
                says=r"$\beta = 1$, $\eta \to 0$: it holds iff $\rho \le "
                r"8\mu/((1+\mu)(1-4\mu-\mu^2))$, or $\mu \ge \sqrt{17}-4$",
                expected="holds",
                measured=radius,
                bound=lambda mu, eta: pair_factors.coercive_radius(mu),
                cases=small,
                within=lambda mu, eta: np.isfinite(pair_factors.coercive_radius(mu)),
                rtol=2e-3,  # of the order of eta, and the bracket
                proof="paper_notes.md, N6",
                grade="T",
            ),
            Claim(
                id="N6.round",
                says=r"it holds on its whole range if $\mu/\beta \ge "
                r"(\sqrt[3]{3}-1)/2 = .2211$",
                expected="holds",
                relation="<=",
                measured=worst,
                bound=promised,
                cases=round_numbers,
                within=lambda eta, mu, rho: in_range(eta, mu, rho) and mu >= ROOT,
                outside=at_the_end,
                tight=0.999,
                rtol=1e-9,  # as in N3
                proof="paper_notes.md, N6",
                grade="T",
            ),
            Claim(
                id="N6.only_if",
                says=r"below that curvature $x^2/2$ refutes it at some radius",
                expected="holds",
                measured=least,
                bound=lambda points: ROOT,
                cases=lambda quick: [{"points": 200 if quick else 2000}],
                within=lambda points: points >= 200,
                rtol=1e-4,  # of the order of the grid's width, squared
                proof="paper_notes.md, N6",
                grade="T",
            ),
            Claim(
                id="N6.fractions",
                says=r"at three points where it holds, two of them below that "
                r"curvature, its factor is proved in fractions",
                expected="holds",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=promised_at,
                cases=files,
                within=lambda name: True,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, N6",
                grade="T",
            ),
        ),
        code=("theory/pair_factors.py", "theory/pairs.py"),
        notes="At $\\mu = .1$, $\\rho = .3$, $\\eta = 1.518$ two steps on $x^2/2$ keep "
        ".9734 of their distance where the lemma promises .8579. With N3's exact "
        "factor its whole range can be charted. From $\\mu = \\sqrt{17} - 4$ on "
        "small rates are no counterexample; for $\\mu = 0$ every rate is one.",
    )
