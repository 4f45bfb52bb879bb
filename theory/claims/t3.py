"""T3: up to which learning rate no step raises the loss."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from landscapes.ssam_cycle import ssam_cycle
from theory import members, regimes
from theory.bisect import bisect
from theory.claim import Claim, Curve, Picture, Statement
from theory.worst import descent

METHODS = "gd", "usam", "ssam"
# SAM and SSAM-N are USAM and SSAM with the radius rho / |g|.
NORMALISED = {"sam": "usam", "ssam-n": "ssam"}


def radius(method, f, rho, x):
    """As a multiple of the gradient."""
    if method not in NORMALISED:
        return rho
    return rho / np.linalg.norm(f.gradient(x), axis=-1)


def limit(method, mu, beta, rho):
    """T3's formula; of a normalised method with its radius at the point."""
    return regimes.descent_limit(NORMALISED.get(method, method), mu, beta, rho)


def after(method, f, mu, beta, rho, x, share):
    r"""$1 + (f(w^+) - f(w))/(\eta\lVert d\rVert\lVert g\rVert)$, eta the limit's share.

    Below 1 iff f falls; at worst it is 1.
    """
    eta = share * limit(method, mu, beta, radius(method, f, rho, x))
    d, g = members.directions(method, rho, f, x)
    rise = f.value(x - eta[:, None] * d) - f.value(x)
    return 1 + rise / (eta * np.prod(np.linalg.norm([d, g], axis=-1), axis=0))


def allowed(method, f, mu, beta, rho, x, share):
    """Of the class, a > 0, and the learning rate not above the limit."""
    fits = members.belongs(f, mu, beta)
    return fits & (1 + radius(method, f, rho, x) * mu > 0) & (share <= 1)


def steps(quick):
    """Quadratics, T15's functions, interpolants, losses on real data."""
    rng, n = np.random.default_rng(3), 40 if quick else 150
    for mu in (-1.0, 0.0, 0.3):
        f = members.spectra([3, 1], (n, 3), mu)
        x = rng.normal(size=(n, 3))
        x[: n // 2, 1:] = 0
        yield from on(rng, f, mu, 1.0, x)
        for f in members.interpolants([3, 2], 1 if quick else 6, mu):
            yield from on(rng, f, mu, f.beta, 3 * rng.normal(size=(n, 2)))
    for f in members.losses(quick):
        x = rng.normal(size=(10 if quick else 40, f.dim))
        yield from on(rng, f, *members.limits_of(f), x)
    for mu, rho in ((-1.0, 0.5), (0.0, 3.0), (0.3, 8.0)):
        f = ssam_cycle(rho, mu)
        yield case("ssam", f, mu, 1.0, rho * np.ones(2), f.points[:2], np.ones(2))


def on(rng, f, mu, beta, x):
    """Every method at radii below 1/|mu|, half of the rates at the limit."""
    n = len(x)
    size = np.linalg.norm(f.gradient(x), axis=-1)
    for method in (*METHODS, *NORMALISED):
        rho = 10 ** rng.uniform(-2, 2, n) / beta
        rho = 0.99 * rho / (1 - rho * min(mu, 0))
        rho = rho * size if method in NORMALISED else rho
        share = np.where(rng.random(n) < 0.5, 1.0, rng.random(n) + 1e-3).clip(max=1)
        yield case(method, f, mu, beta, rho, x, share)


def case(method, f, mu, beta, rho, x, share):
    """The names of the arguments."""
    return dict(method=method, f=f, mu=mu, beta=beta, rho=rho, x=x, share=share)


def too_fast(quick):
    """A hundredth above the limit; and where a < 0, at whatever rate."""
    one, x = np.ones(1), np.ones((1, 1))
    steep = Quadratic(np.array([1.0]))
    for method in ("gd", "usam"):
        yield case(method, steep, 0.0, 1.0, one, x, 1.01 * one)
    f = ssam_cycle(2.0, -0.3)
    yield case("ssam", f, -0.3, 1.0, 2 * one, f.points[:1], 1.01 * one)


def grid(quick):
    """Radii over decades for each sign of mu, two scales of beta."""
    for method in METHODS:
        for mu, beta in ((-1.0, 1.0), (-0.6, 2.0), (0.0, 1.0), (0.2, 2.0)):
            rho = np.geomspace(0.01, 20, 6 if quick else 25) / beta
            if mu < 0:
                rho = np.linspace(0.05, 0.98, len(rho)) / -mu
            yield {"method": method, "mu": mu, "beta": beta, "rho": rho}


def gain(mu, beta, rho):
    """The bisected limit of SSAM over USAM's."""
    ssam, usam = (descent(m, mu, beta, rho).value for m in ("ssam", "usam"))
    return ssam / usam


def grid_of_radii(quick):
    """The same without the method."""
    for c in list(grid(quick))[:4]:
        yield {name: c[name] for name in ("mu", "beta", "rho")}


def crossing():
    """The radius, bisected, from which on SSAM's limit is the smaller."""

    def larger(rho):
        return gain(-1.0, 1.0, np.atleast_1d(rho))[0] > 1

    return bisect(larger, 0.5, 0.99, 1e-6)


def everywhere(f, mu, beta, rho, x):
    """`after` for SSAM-N at one learning rate for all points and radii."""
    eta = regimes.ssam_n_limit(mu, beta)
    local = limit("ssam-n", mu, beta, radius("ssam-n", f, rho, x))
    return after("ssam-n", f, mu, beta, rho, x, eta / local)


def strongly(quick):
    """Strongly convex interpolants, radii over six decades."""
    rng, n = np.random.default_rng(33), 40 if quick else 300
    for mu in (0.05, 0.3):
        f = members.spectra([33, 1], (n, 2), mu)
        # Gradients in the ratio 1 : mu, an infinite radius: the limit is attained.
        x = f.spectrum[:, ::-1] ** 1.5 / f.spectrum[:, :1] ** 1.5
        yield {"f": f, "mu": mu, "beta": 1.0, "rho": np.full(n, 1e6), "x": x}
        for f in members.interpolants([33, 2], 2 if quick else 8, mu):
            rho, x = 10 ** rng.uniform(-3, 3, n), 3 * rng.normal(size=(n, 2))
            yield {"f": f, "mu": mu, "beta": f.beta, "rho": rho, "x": x}


def picture():
    """The limits over s, with bisected points."""
    curves = []
    for mu, name, marker in ((0.0, "convex", "o"), (-1.0, r"$\mu=-\beta$", "s")):
        fine = np.linspace(0.01, 3 if mu == 0 else 0.999, 200)
        coarse = np.linspace(0.1, 2.9 if mu == 0 else 0.97, 10)
        for method, label in (("gd", "GD"), ("usam", "USAM"), ("ssam", "SSAM")):
            if method != "ssam" and mu < 0:
                continue  # the limits of GD and USAM do not depend on mu
            seen = descent(method, mu, 1.0, coarse).value
            words = f"{label}, {name}" if method == "ssam" else label
            curves.append(Curve(coarse, seen, words, method=label, marker=marker))
            curves.append(Curve(fine, limit(method, mu, 1.0, fine), theory=True))
    return Picture(
        title="the largest rate that always descends",
        xlabel=r"$s = \rho\beta$",
        ylabel=r"$\eta\beta$",
        curves=tuple(curves),
    )


def t3():
    """The statement."""
    proof = "paper_notes.md, T3"
    return Statement(
        id="T3",
        title="the largest learning rate at which no step raises the loss",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T3.if",
                says=r"$f(w^+) \le f(w)$ on the class if $\eta \le 2/\beta$ (GD), "
                r"$2/(\beta b)$ (USAM), $4\sqrt{ab}/(\beta(a+b))$ (SSAM); for SAM, "
                r"SSAM-N with $\rho/\lVert g\rVert$ for $\rho$",
                expected="holds",
                relation="<=",
                measured=after,
                bound=lambda **_: 1.0,
                cases=steps,
                within=allowed,
                outside=too_fast,
                tight=0.999999,
                rtol=1e-9,  # rounding of values, over eta |d| |g|
                proof=proof,
            ),
            Claim(
                id="T3.only_if",
                says=r"the limits are sharp: on a quadratic (GD, USAM) and on T15's "
                r"function (SSAM) f rises beyond",
                expected="holds",
                measured=descent,
                bound=limit,
                cases=grid,
                within=lambda method, mu, beta, rho: 1 + rho * mu > 0,
                rtol=1e-7,  # rounding of values near their start's
                proof=proof,
            ),
            Claim(
                id="T3.gain",
                says=r"SSAM's limit over USAM's is $2b^{3/2}a^{1/2}/(a+b)$: for convex "
                r"f $2(1+s)^{3/2}/(2+s) > 1$",
                expected="holds",
                measured=gain,
                bound=regimes.descent_gain,
                cases=grid_of_radii,
                within=lambda mu, beta, rho: 1 + rho * mu > 0,
                rtol=2e-7,  # as above
                proof=proof,
            ),
            Claim(
                id="T3.crossing",
                says=r"for $\mu = -\beta$ SSAM's limit is the larger iff $1+s$ is "
                r"below the tribonacci constant, $s < .8393$",
                expected="holds",
                measured=crossing,
                bound=regimes.gain_crossing,
                cases=lambda quick: [{}],
                within=lambda: True,
                rtol=2e-6,  # the bracket, and as above over the slope of the gain
                proof=proof,
            ),
            Claim(
                id="T3.ssam_n",
                says=r"SSAM-N, $\mu > 0$: no step rises, whatever $\rho$, if $\eta \le "
                r"4\sqrt\kappa/(\beta(1+\kappa))$",
                expected="holds",
                relation="<=",
                measured=everywhere,
                bound=lambda **_: 1.0,
                cases=strongly,
                within=lambda f, mu, beta, rho, x: mu > 0,
                loose="a quadratic falls at the limit; T15's functions come near",
                rtol=1e-9,  # as in T3.if
                proof=proof,
            ),
        ),
        code=("theory/regimes.py", "landscapes/ssam_cycle.py"),
        notes="The descent lemma with T1's ball (USAM) and T2's cosine (SSAM). As "
        "$g \\to 0$ SAM's radius $\\rho/\\lVert g\\rVert$ grows and its limit tends to "
        "0; SSAM-N's does not, if $\\mu > 0$. Where $\\rho\\lvert\\mu\\rvert \\ge 1$ "
        "SSAM has no regime, where $\\rho\\lvert\\mu\\rvert > 1$ USAM has none: the "
        "trap of T6 and T8.",
        picture=picture,
    )
