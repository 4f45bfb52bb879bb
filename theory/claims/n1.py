"""N1: USAM's worst step to the minimiser, on quadratics and beyond them."""

from __future__ import annotations

import numpy as np

from theory import members, nearing, proofs, usam_distance
from theory.claim import Claim, Statement
from theory.worst import SEARCHED, searched


def ratio(f, least, mu, beta, rho, eta, x):
    r"""$\lVert w^+ - w^*\rVert/\lVert w - w^*\rVert$."""
    after = members.step("usam", rho, f, x, eta) - least
    return np.sqrt((after**2).sum(axis=-1) / ((x - least) ** 2).sum(axis=-1))


def factor(f, least, mu, beta, rho, eta, x):
    """N1's formula."""
    return usam_distance.worst_factor(eta, mu, beta, rho)


def of_the_class(f, least, mu, beta, rho, eta, x):
    r"""Convex with curvature in $[\mu, \beta]$."""
    return members.belongs(f, mu, beta) & (mu >= 0)


def steps(quick):
    """Quadratics, along eigenvectors and across, interpolants, losses on data."""
    rng, n = np.random.default_rng(101), 40 if quick else 300
    for mu in (0.0, 0.05, 0.3):
        f = members.spectra([101, 1], (n, 3), mu)
        x = rng.normal(size=(n, 3))
        x[: n // 4, 1:], x[n // 4 : n // 2, :-1] = 0, 0
        yield case(rng, f, np.zeros(3), mu, 1.0, x)
        for f in members.interpolants([101, 2], 3 if quick else 12, mu):
            for least in f.locate()[:1]:  # for mu = 0 some have none
                x = least + 2 * rng.normal(size=(n, 2))
                yield case(rng, f, least, mu, f.beta, x)
    for f in members.losses(quick):
        x = f.locate()[0] + rng.normal(size=(20, f.dim))
        yield case(rng, f, f.locate()[0], *members.limits_of(f), x)
    yield from of_two_variables()


def case(rng, f, least, mu, beta, x):
    """Radii over decades, learning rates to beyond quadratics' edge."""
    rho = 10 ** rng.uniform(-2, 1, len(x)) / beta
    eta = rng.uniform(0.05, 1.3, len(x)) * 2 / (beta * (1 + rho * beta))
    return dict(f=f, least=least, mu=mu, beta=beta, rho=rho, eta=eta, x=x)


def of_two_variables():
    """Those that a search found, and N1's at angles that are not the worst."""
    for method, mu, rho, eta in SEARCHED:
        if method == "usam":
            yield of_one(searched(method, mu, rho, eta), mu, rho, np.array([eta]))
    for angle in (0.5, 1.5, 2.5):
        eta = np.linspace(0.02, 0.6, 15)
        yield of_one(nearing.turned(0.1, 4.0, angle), 0.1, 4.0, eta)


def of_one(f, mu, rho, eta):
    """From the second point of a function."""
    x = np.repeat(f.points[1:2], len(eta), axis=0)
    numbers = {"mu": mu, "beta": 1.0, "rho": np.full(len(eta), rho), "eta": eta}
    return {"f": f, "least": 0 * x[0], "x": x, **numbers}


def attained(eta, mu, rho):
    """By a step on the worst function of each rate."""
    return np.array([nearing.usam_factor(e, mu, rho) for e in eta])


def grid(quick):
    """Radii below and above s = a, where quadratics' edge bends, beyond s0."""
    pairs = ((0.0, 0.5), (0.0, 2.0), (0.1, 1.05), (0.1, 1.5), (0.1, 4.0), (0.1, 12.0))
    for mu, rho in (*pairs, (0.3, 3.0), (0.02, 3.5), (0.5, 30.0)):
        n = 5 if quick else 25
        yield {"eta": np.linspace(0.01, 2.6, n) / (1 + rho), "mu": mu, "rho": rho}


def bent(quick):
    """Above s = a."""
    for mu, rho in ((0.1, 1.5), (0.1, 4.0), (0.3, 3.0), (0.5, 2.5), (0.0, 2.0)):
        yield {"mu": mu, "rho": rho}


def edge(mu, rho):
    """The learning rate above which some step leads away."""
    return np.array([nearing.usam_edge(mu, r) for r in rho])


def radii(quick):
    """Across all three branches; up to condition 3 there is one."""
    few = slice(None, None, 3 if quick else 1)
    for mu, top in ((0.02, 6.0), (0.1, 12.0), (0.2, 40.0), (1 / 3, 100.0), (0.6, 50.0)):
        yield {"mu": mu, "rho": np.geomspace(0.1, top, 9)[few]}


def conditions(least):
    """Condition numbers above one."""

    def cases(quick):
        some = (3.2, 10 / 3, 5.0, 7.0, 10.0, 100.0)[:: 2 if quick else 1]
        return [{"kappa": k} for k in some if k > least]

    return cases


def positive(quick):
    """Wherever some rate contracts."""
    for mu, rho in ((0.1, 0.5), (0.1, 2.0), (0.1, 6.0), (0.3, 10.0), (0.02, 2.0)):
        yield {"mu": mu, "rho": rho}


def files(quick):
    """Of the kept proofs."""
    return [{"name": name} for name in proofs.names("n1")]


def n1():
    """The statement."""
    shared = {"expected": "holds", "grade": "T", "proof": "paper_notes.md, N1"}
    return Statement(
        id="N1",
        title="USAM's worst step to the minimiser, and where quadratics are the worst",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="N1.most",
                says=r"$\mu \ge 0$: $\lVert w^+-w^*\rVert \le \phi\lVert w-w^*\rVert$, "
                r"$\phi = \max(|1-\eta\mu a|, |1-\eta b|)$ but for $s > a$ and $\eta_1 "
                r"< \eta < \eta_2$; there $\phi^2 = 1+\eta\frac{a(2-k-2a\eta)^2-\mu "
                r"bk^2}{k(4-\eta(4a+ck))}$, $k = s-a$, $c = 1-\mu$",
                relation="<=",
                measured=ratio,
                bound=factor,
                cases=steps,
                within=of_the_class,
                tight=0.999999,
                rtol=1e-9,  # of minimisers found
                **shared,
            ),
            Claim(
                id="N1.attained",
                says=r"$\phi$ is attained, by functions of two variables",
                measured=attained,
                bound=lambda eta, mu, rho: usam_distance.worst_factor(
                    eta, mu, 1.0, rho
                ),
                cases=grid,
                within=lambda eta, mu, rho: mu >= 0,
                rtol=1e-7,  # angles near 0 and pi: rounding
                **shared,
            ),
            Claim(
                id="N1.departs",
                says=r"$s > a$: others exceed quadratics from $\eta_1 = "
                r"\frac{3a-s}{a(1+a+\mu a)}$ to $\eta_2 = \frac{3s-a}{s^2+as+s-a}$",
                measured=nearing.departures,
                bound=lambda mu, rho: np.array(usam_distance.bent_rates(mu, 1.0, rho)),
                cases=bent,
                within=lambda mu, rho: rho > 1 + rho * mu,
                rtol=1e-3,  # an angle of .01, squared
                **shared,
            ),
            Claim(
                id="N1.edge",
                says=r"every step nears $w^*$ iff $\eta \le 2/b$ or, if $s(1-\sigma) > "
                r"1$, $\sigma = \sqrt{\mu b/a}$, $\eta \le "
                r"\frac{2-k(1-\sigma)}{2a}$ ($\mu > 0$)",
                measured=edge,
                bound=lambda mu, rho: usam_distance.distance_limit(mu, 1.0, rho),
                cases=radii,
                within=lambda mu, rho: mu > 0,
                rtol=1e-6,  # of a least value found, with angles above 1e-3
                **shared,
            ),
            Claim(
                id="N1.bends",
                says=r"it leaves $2/b$ from $s_1 = \frac{t-1}{t-5}$ on, $t = "
                r"\sqrt{1+8\kappa}$; for $\kappa \le 3$ never",
                measured=nearing.bend,
                bound=usam_distance.limit_bend,
                cases=conditions(3),
                within=lambda kappa: kappa > 3,
                rtol=1e-3,  # an angle of .01, squared, over the slope
                **shared,
            ),
            Claim(
                id="N1.ends",
                says=r"no $\eta > 0$ is left from $s_0 = "
                r"\frac{3+r}{(1+r)(1-2r-r^2)}$ on, $r = \kappa^{-1/2}$, if $\kappa > "
                r"3+2\sqrt 2$",
                measured=nearing.end,
                bound=usam_distance.limit_end,
                cases=conditions(3 + 2 * 2**0.5),
                within=lambda kappa: kappa > 3 + 2 * 2**0.5,
                rtol=1e-8,  # the bracket, and rounding
                **shared,
            ),
            Claim(
                id="N1.best",
                says=r"$\phi$ is least at $\frac{D}{aD+ckz}$, $D = 4z-a-s$, $z = "
                r"a\frac{3(a+s)+\sqrt{(a+s)^2-8k}}{2(4a+ck)}$ ($s \le a$: at "
                r"$\frac2{b+\mu a}$)",
                measured=nearing.best_rate,
                bound=lambda mu, rho: usam_distance.best_rate(mu, 1.0, rho),
                cases=positive,
                within=lambda mu, rho: usam_distance.distance_limit(mu, 1.0, rho) > 0,
                rtol=1e-5,  # of a least value found
                **shared,
            ),
            Claim(
                id="N1.fractions",
                says=r"single values of $\phi$, rounded up, proved in fractions",
                relation=">=",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=lambda name: factor(*[None] * 2, *proofs.at(name), None),
                cases=files,
                within=lambda name: True,
                tight=0.99999,
                **shared,
            ),
        ),
        code=("theory/usam_distance.py", "theory/nearing.py", "theory/proofs"),
        notes="The edge departs to second order, so grids see it late: $s_1$ is 1.172 "
        "($\\kappa = 100$), 1.520 (20), 2 (10), 3.851 (5), 16.39 (10/3), where 1.19, "
        "1.55, 2.04, 3.97 and 18.2 were reported. At $\\mu = .1$, $\\rho = 4$, $\\eta "
        "= .38$ $\\phi^2$ is 1.0738, quadratics reach .8964. For $\\mu = 0$ the edge "
        "is T14's.",
    )
