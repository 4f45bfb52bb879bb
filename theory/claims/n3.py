"""N3: whether two trajectories of one method part."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import members, pair_factors
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.pairs import apart, ssam_pair, usam_pair


def attained(eta, mu, rho):
    """The factor of two USAM steps on the worst function."""
    f = usam_pair(eta, mu, rho)
    return apart("usam", rho, f, f.points[:2], eta)


def grid(quick):
    """Learning rates below and above USAM's limit."""
    for mu in (0.0, 0.05, 0.1, 0.3):
        for rho in (0.3, 1.0, 6.0)[:: 2 if quick else 1]:
            for share in (0.01, 0.5, 0.95, 1.3):
                yield {"eta": share * 2 / (1 + rho), "mu": mu, "rho": rho}


def factor(f, mu, beta, rho, eta, v, w):
    """The factor of two USAM steps from v and w."""
    ends = [members.step("usam", rho, f, x, eta) for x in (v, w)]
    return np.sqrt(((ends[1] - ends[0]) ** 2).sum(-1) / ((w - v) ** 2).sum(-1))


def pairs(quick):
    """Near and far, on quadratics, interpolants and losses on data."""
    rng, n = np.random.default_rng(301), 40 if quick else 300
    for mu in (0.0, 0.2):
        f = members.spectra([301, 1], (n, 3), mu)
        v, w = rng.normal(size=(2, n, 3))
        w[: n // 2] = v[: n // 2] + np.array([1e-1, 0, 0])
        yield case(rng, f, mu, 1.0, v, w)
        for f in members.interpolants([301, 2], 2 if quick else 15, mu):
            v, w = 3 * rng.normal(size=(2, n, 2))
            yield case(rng, f, mu, f.beta, v, w)
    for f in members.losses(quick):
        v, w = rng.normal(size=(2, 20, f.dim))
        yield case(rng, f, *members.limits_of(f), v, w)


def case(rng, f, mu, beta, v, w):
    """Radii and rates over decades."""
    rho = 10 ** rng.uniform(-2, 1, len(v)) / beta
    eta = 10 ** rng.uniform(-2, 0.3, len(v)) / beta
    return {"f": f, "mu": mu, "beta": beta, "rho": rho, "eta": eta, "v": v, "w": w}


def excess(eta, rho):
    """The factor's square less 1, mu = 0."""
    return attained(eta, 0.0, rho) ** 2 - 1


def early(quick):
    """Up to a rate where the closed form ends."""
    for rho in (0.1, 1.0, 10.0):
        for share in (0.1, 0.5, 0.9):
            eta = share * 2 / (1 + rho / 2) / 2
            yield {"eta": eta, "rho": rho}


def bent(eta, rho):
    r"""$r|c - e| \le 2ce$, $e > 0$."""
    c, r, e = 1 + rho / 2, rho / 2, 2 / eta - 1 - rho / 2
    return e > 0 and r * abs(c - e) <= 2 * c * e


def radius(mu, eta):
    """The radius, bisected, above which two USAM steps may part."""

    def stays(rho):
        return attained(eta, mu, float(rho)) <= 1

    return bisect(stays, 0.1, 100.0, 1e-5)


def small(quick):
    """A learning rate near 0, condition numbers above 3 + 2 sqrt 2."""
    for mu in (0.1,) if quick else (0.01, 0.05, 0.1, 0.14):
        yield {"mu": mu, "eta": 1e-4}


def always(mu, rho, eta):
    """The factor of two SSAM steps on N3's function."""
    f, _ = ssam_pair(mu, rho)
    return apart("ssam", rho, f, f.points[:2], eta)


def rates(quick):
    """Learning rates over six decades."""
    some = ((0.1, 0.3), (0.1, 1.0), (0.05, 3.0), (0.15, 0.1), (0.1, 10.0))
    for mu, rho in some[: 2 if quick else None]:
        yield {"mu": mu, "rho": rho, "eta": np.geomspace(1e-5, 10, 13)}


def opposed(mu, rho, eta):
    r"""By the construction $\langle D, q\rangle < 0$."""
    return ssam_pair(mu, rho)[1] < -1e-3


def least_oblique(quick):
    """Condition 5: here the construction does not part them at small rates."""
    yield {"mu": 0.2, "rho": 0.3, "eta": np.array([0.1])}


def edge(mu, rho):
    """The learning rate, bisected, above which two SSAM steps on diag(1, mu) part."""
    pair = np.array([[0.0, 1e8], [1.0, 1e8]])
    f = Quadratic(np.array([1.0, mu]))
    return bisect(lambda eta: apart("ssam", rho, f, pair, eta) <= 1, 1e-3, 8.0, 1e-9)


def conditions(quick):
    """Radii and condition numbers."""
    for mu in (0.01, 0.3, 0.9):
        for rho in (0.1, 3.0, 30.0):
            yield {"mu": mu, "rho": rho}


def n3():
    """The statement."""
    proof = "paper_notes.md, N3"
    return Statement(
        id="N3",
        title="steps of USAM and SSAM from two points may part, where GD's do not",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N3.usam",
                says=r"USAM's worst factor $\lVert w^+-v^+\rVert/\lVert w-v\rVert$, "
                r"$\mu \ge 0$, in closed form: attained",
                expected="holds",
                measured=attained,
                bound=lambda eta, mu, rho: pair_factors.usam_pair_factor(
                    eta, mu, 1.0, rho
                ),
                cases=grid,
                within=lambda eta, mu, rho: mu >= 0,
                rtol=1e-8,  # gradients 1e3 times longer than their differences
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.most",
                says="and not exceeded",
                expected="holds",
                relation="<=",
                measured=factor,
                bound=lambda f, mu, beta, rho, eta, v, w: pair_factors.usam_pair_factor(
                    eta, mu, beta, rho
                ),
                cases=pairs,
                within=lambda f, mu, beta, rho, eta, v, w: members.belongs(f, mu, beta),
                tight=0.999,
                rtol=1e-9,  # rounding
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.flat",
                says=r"$\mu = 0$, $\beta = 1$: the factor's square is "
                r"$1+\frac{\eta\rho^2}{(2+\rho)(4-(2+\rho)\eta)}$: they part at every "
                r"$\eta$ and $\rho$ (for $\eta \le "
                r"\frac{4+3\rho}{(1+\rho)(2+\rho)}$; beyond "
                r"it is $\eta b-1$)",
                expected="holds",
                measured=excess,
                bound=lambda eta, rho: (
                    eta * rho**2 / ((2 + rho) * (4 - (2 + rho) * eta))
                ),
                cases=early,
                within=bent,
                rtol=1e-6,  # an excess down to 1e-4, as above
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.small",
                says=r"$\mu > 0$, $\eta \to 0$: they part iff "
                r"$\rho\beta > \frac{q-1}{1-q/\kappa}$, "
                r"$q = (\frac{\sqrt\kappa+1}{\sqrt\kappa-1})^2$",
                expected="holds",
                measured=radius,
                bound=lambda mu, eta: pair_factors.usam_parting_radius(mu, 1.0),
                cases=small,
                within=lambda mu, eta: mu < 3 - 8**0.5,
                rtol=2e-3,  # of the order of eta rho, and the bracket
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.ssam",
                says=r"two steps of SSAM part at every $\eta > 0$, so at "
                r"$\kappa = 10$, $\rho\beta = .3$, where USAM's do not for small "
                r"$\eta$",
                expected="holds",
                relation=">=",
                measured=always,
                bound=lambda **_: 1.0,
                cases=rates,
                within=opposed,
                outside=least_oblique,
                tight=0.999999,
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.ssam_edge",
                says=r"SSAM's do not part on diag$(\beta, \mu)$, far out, iff "
                r"$\eta \le 2a/(\beta b)$",
                expected="holds",
                measured=edge,
                bound=lambda mu, rho: pair_factors.ssam_pair_limit(mu, 1.0, rho),
                cases=conditions,
                within=lambda mu, rho: 0 < mu < 1,
                rtol=1e-6,  # points 1e8 away: gamma is 1/a within 1e-8 or so
                proof=proof,
                grade="T",
            ),
            Claim(
                id="N3.regime",
                says="SSAM's exact regime of pairs",
                expected="open",
                waits="semidefinite programmes: two steps, two parameters",
            ),
        ),
        code=("theory/pair_factors.py", "theory/pairs.py"),
        notes="On convex functions renormalising makes pairs worse: of the gradients' "
        "difference SSAM takes the part along g at the points, the part across at the "
        "ascent points, and both may oppose $w - v$. With points far out and $\\rho "
        "\\to 0$ this happens iff $\\kappa > 3 + 2\\sqrt 2$. One inner product "
        "at a time SSAM is SGD (T16), and nothing parts.",
    )
