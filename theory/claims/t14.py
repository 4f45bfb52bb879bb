"""T14: up to which learning rate every step leads nearer to the minimiser."""

from __future__ import annotations

import numpy as np

from theory import members, proofs, regimes, strong, usam_distance
from theory.claim import Claim, Curve, Picture, Statement
from theory.worst import fejer_extremal, nearing

METHODS = "usam", "ssam"


def distance(method, f, least, beta, rho, x, eta):
    r"""$\lVert w^+ - w^*\rVert/\lVert w - w^*\rVert$."""
    after = members.step(method, rho, f, x, eta) - least
    before = x - least
    return np.sqrt((after**2).sum(axis=-1) / (before**2).sum(axis=-1))


def allowed(method, f, least, beta, rho, x, eta):
    """Convex, beta-smooth, and the learning rate not above the limit."""
    limit = regimes.fejer_limit(method, beta, rho)
    return members.belongs(f, 0.0, beta) & (eta <= limit) & (limit > 0)


def steps(quick):
    """Quadratics, T14's worst functions, interpolants, losses on real data."""
    rng, n = np.random.default_rng(14), 30 if quick else 200
    f = members.spectra([14, 1], (n, 3), 0.0)
    yield from on(rng, f, np.zeros(3), 1.0, rng.normal(size=(n, 3)))
    for f in members.interpolants([14, 2], 4 if quick else 20):
        for least in f.locate()[:1]:  # some have none
            x = least + rng.normal(size=(n, 2)) * 10 ** rng.uniform(-1, 1, (n, 1))
            yield from on(rng, f, least, f.beta, x)
    for f in members.losses(quick):
        least = f.locate()[0]
        x = least + rng.normal(size=(n, f.dim))
        yield from on(rng, f, least, members.limits_of(f)[1], x)
    for method in METHODS:
        for s in (0.5, 1.5, 2.5):
            f, x = fejer_extremal(method, s, 0.02)
            yield case(method, f, 0 * x, 1.0, np.array([s]), x[None])


def on(rng, f, least, beta, x):
    """Both methods, radii up to 3, half of the rates at the limit."""
    for method in METHODS:
        rho = rng.uniform(0.01, 2.99, len(x)) / beta
        half = rng.random(len(x)) < 0.5
        share = np.where(half, 1.0, rng.uniform(0.01, 1, len(x)))
        yield case(method, f, least, beta, rho, x, share)


def case(method, f, least, beta, rho, x, share=1.0):
    """The names of the arguments."""
    eta = share * regimes.fejer_limit(method, beta, rho)
    return dict(method=method, f=f, least=least, beta=beta, rho=rho, x=x, eta=eta)


def too_fast(quick):
    """A hundredth above the limit."""
    for method in METHODS:
        for s in (0.5, 1.5, 2.5):
            f, x = fejer_extremal(method, s, 0.02)
            yield case(method, f, 0 * x, 1.0, np.array([s]), x[None], 1.01)


def limit(method, rho):
    """Of beta = 1."""
    return regimes.fejer_limit(method, 1.0, rho)


def flat(quick):
    """Radii up to 1."""
    yield {"method": "usam", "rho": np.linspace(0.01, 1, 6 if quick else 40)}


def bent(quick):
    """Radii between the branch and 3."""
    yield {"method": "usam", "rho": np.linspace(1.02, 2.99, 6 if quick else 40)}
    yield {"method": "ssam", "rho": np.linspace(0.02, 2.99, 6 if quick else 40)}


def gain(rho):
    """SSAM's bisected limit over USAM's."""
    ssam, usam = (nearing(method, rho, 1e-4).value for method in ("ssam", "usam"))
    return ssam / usam


def farther(method, eta, rho):
    r"""$(\lVert w^+\rVert^2 - \lVert w\rVert^2)/(\eta^2\lVert d\rVert^2)$."""
    f, x = fejer_extremal(method, rho, min(1e-3, 0.1 * eta**0.5))
    d, _ = members.directions(method, rho, f, x)
    return 1 - 2 * (x @ d) / (eta * (d @ d))


def large(quick):
    """Radii from 3 on, learning rates down to 1e-5."""
    for method in METHODS:
        for rho in (3.0, 3.5, 10.0):
            for eta in (1e-5, 1e-2, 1.0):
                yield {"method": method, "eta": eta, "rho": rho}


def radii(quick):
    """Up to where the limits end, for large condition numbers."""
    for mu in (0.01, 0.1) if quick else (0.01, 0.05, 0.1, 0.3, 0.7):
        end = min(float(usam_distance.limit_end(1 / mu)), 30.0)
        for share in (0.01, 0.5, 0.97):
            for method in METHODS:
                yield {"method": method, "mu": mu, "rho": share * end}


def files(quick):
    """Of the kept proofs."""
    return [{"name": name} for name in proofs.names("t14")]


def claimed(name):
    """The limit at a kept proof's numbers."""
    mu, beta, rho, _ = proofs.at(name)
    method = name.split("-")[1]
    return strong.limit(method, mu, beta, rho) if mu else limit(method, rho)


def picture():
    """The limits over s, with bisected points."""
    fine, coarse, curves = np.linspace(0.01, 3, 200), np.linspace(0.1, 2.9, 15), []
    for method, label, marker in (("usam", "USAM", "s"), ("ssam", "SSAM", "o")):
        seen = nearing(method, coarse).value
        curves.append(Curve(coarse, seen, label, method=label, marker=marker))
        curves.append(Curve(fine, limit(method, fine), theory=True))
    gd = Curve(fine, 2 + 0 * fine, "GD", method="GD")
    return Picture(
        title="the largest rate that always leads nearer",
        xlabel=r"$s = \rho\beta$",
        ylabel=r"$\eta\beta$",
        curves=(gd, *curves),
    )


def t14():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, T14"}
    return Statement(
        id="T14",
        title="the largest learning rate at which every step nears the minimiser",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T14.if",
                says=r"$\lVert w^+ - w^*\rVert \le \lVert w - w^*\rVert$, f convex, if "
                r"USAM $\eta\beta \le 2/(1+s)$, $s \le 1$, $(3-s)/2$, $s \le 3$; SSAM "
                r"$\eta\beta \le 2\sqrt{1+s}(2-\sqrt{1+s})$",
                relation="<=",
                measured=distance,
                bound=lambda **_: 1.0,
                cases=steps,
                within=allowed,
                outside=too_fast,
                tight=0.999999,
                rtol=1e-10,  # of minimisers found, and rounding
                **shared,
            ),
            Claim(
                id="T14.usam_quadratic",
                says=r"sharp for USAM, $s \le 1$, on $x^2/2$",
                measured=nearing,
                bound=limit,
                cases=flat,
                within=lambda method, rho: rho <= 1,
                rtol=2e-9,  # the bracket
                **shared,
            ),
            Claim(
                id="T14.only_if",
                says=r"sharp elsewhere, on functions of two variables: as "
                r"$\theta = \angle(g, g') \to 0$ their thresholds tend to the limits",
                measured=nearing,
                bound=limit,
                cases=bent,
                within=lambda method, rho: (rho < 3) & ((rho > 1) | (method == "ssam")),
                rtol=1e-8,  # the bracket
                atol=5e-6,  # theta = 1e-3: (1 + s) theta^2 / 2, for SSAM twice that
                **shared,
            ),
            Claim(
                id="T14.none",
                says=r"for $s \ge 3$ at no $\eta > 0$: some f has $\lVert w^+ - w^*"
                r"\rVert^2 \ge \lVert w-w^*\rVert^2 + \frac{1}{2}\eta^2"
                r"\lVert d\rVert^2$",
                relation=">=",
                measured=farther,
                bound=lambda **_: 0.5,
                cases=large,
                within=lambda method, eta, rho: rho >= 3,
                loose="that the step leads away is the point, not how far",
                **shared,
            ),
            Claim(
                id="T14.gain",
                says=r"SSAM's limit over USAM's is $r^3(2-r)$ for $s \le 1$, then "
                r"$4r/(2+r)$, $r = \sqrt{1+s}$: from 1 to 2",
                measured=gain,
                bound=lambda rho: regimes.fejer_gain(1.0, rho),
                cases=lambda quick: [{"rho": np.linspace(0.05, 2.95, 8)}],
                within=lambda rho: rho < 3,
                rtol=1e-5,  # theta = 1e-4: 4e-8 of a limit down to .025; rounding
                **shared,
            ),
            Claim(
                id="T14.strong_if",
                says=r"$\mu > 0$: every step nears $w^*$ up to N1's edge (USAM), "
                r"$\bar\eta = \max_\theta\sqrt{R(\theta)}/\beta$ (SSAM), "
                r"$(2-(\sqrt\kappa-1)^2)/\beta$ (SSAM-N, whatever $\rho$)",
                relation="<=",
                measured=lambda mu, **case: distance(**case),
                bound=lambda **_: 1.0,
                cases=strong.steps,
                within=strong.allowed,
                tight=0.999999,
                rtol=1e-10,  # of minimisers found, and rounding
                **shared,
            ),
            Claim(
                id="T14.strong_only_if",
                says=r"the first two are attained, by functions of two variables; both "
                r"end at $s_0(\kappa)$ (N1)",
                measured=strong.reached,
                bound=lambda method, mu, rho: strong.limit(method, mu, 1.0, rho),
                cases=radii,
                within=lambda method, mu, rho: rho < usam_distance.limit_end(1 / mu),
                rtol=1e-6,  # of a least value found
                **shared,
            ),
            Claim(
                id="T14.ssam_n",
                says=r"the third, too, as $\rho/\lVert g\rVert \to \infty$; none "
                r"for $\kappa \ge 3+2\sqrt 2$",
                measured=lambda mu: strong.reached("ssam-n", mu, np.inf),
                bound=lambda mu: strong.limit("ssam-n", mu, 1.0, 0.0),
                cases=lambda quick: [{"mu": mu} for mu in (0.2, 0.3, 0.5, 0.8)],
                within=lambda mu: mu > 3 - 8**0.5,
                rtol=1e-4,  # a radius of 1e6 for an infinite one
                **shared,
            ),
            Claim(
                id="T14.fractions",
                says="every step nears $w^*$, proved in fractions: up to .998 of the "
                "limits at ten classes and radii",
                relation="<=",
                measured=lambda name: proofs.proved(name) and proofs.at(name)[3],
                bound=claimed,
                cases=files,
                within=lambda name: proofs.statement(name).factor == 1,
                tight=0.998,
                **shared,
            ),
        ),
        code=("theory/regimes.py", "theory/fejer.py", "theory/nearing.py"),
        notes="If: interpolation inequalities are added to "
        "$2\\langle w, g'\\rangle - \\eta\\gamma\\lVert g'\\rVert^2$ until w and the "
        "values cancel. Only if: three points with the proof's inequalities as "
        "equalities, $g' = (1, 0)$, $g = t(\\cos\\theta, \\sin\\theta)$ with "
        "$t = 1/2$ (USAM), $1/\\sqrt{1+s}$ (SSAM), $\\langle w, g\\rangle = "
        "\\lVert g\\rVert^2$; as $\\theta \\to 0$ w moves off to infinity, so the "
        "limit is approached, not attained. For $\\mu > 0$ SSAM's limit is the square "
        "root of the largest value of a rational function R, in general not to be had "
        "by radicals; below it every step contracts.",
        picture=picture,
    )
