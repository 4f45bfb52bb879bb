"""T15: for which learning rates every function of the class is brought to rest."""

from __future__ import annotations

import numpy as np

from landscapes.ssam_cycle import ssam_cycle
from theory import members, regimes, simulate
from theory.bisect import bisect
from theory.claim import Claim, Curve, Picture, Statement
from theory.cycle import a, b, slacks
from theory.methods import make
from theory.settling import shrinks

METHODS = "gd", "usam", "ssam"


def travelled(method, f, mu, beta, rho, x, share, steps):
    r"""What the gradients must have cost, over what f has fallen by.

    $\sum_t \eta\lVert d_t\rVert^2 k / (f(w_0) - f(w_T))$ with $k = 1 - \beta\eta/2$
    (GD), $1/b - \beta\eta/2$ (USAM), $\cos - \beta\eta/2$ (SSAM).
    """
    limit = regimes.descent_limit(method, mu, beta, rho)
    rate = (share * limit)[:, None]
    run = simulate.iterate(f, make(method, rho=rho[:, None]), x, rate, steps)
    *before, end = run
    paid = sum((state.d**2).sum(axis=-1) for state in before)
    fall = f.value(before[0].x) - f.value(end.x)
    return share * limit * paid * beta / 2 * limit * (1 - share) / fall


def allowed(method, f, mu, beta, rho, x, share, steps):
    """Of the class, a > 0, below the limit."""
    return members.belongs(f, mu, beta) & (1 + rho * mu > 0) & (share < 1)


def runs(quick):
    """Quadratics, interpolants (bounded below: far away they are parabolas), data."""
    rng, n = np.random.default_rng(15), 20 if quick else 100
    for mu in (-0.5, 0.0, 0.3):
        for f in members.interpolants([15, 2], 1 if quick else 4, mu):
            yield from on(rng, f, mu, f.beta, 3 * rng.normal(size=(n, 2)))
        f = ssam_cycle(1.5, mu)
        yield case("ssam", f, mu, 1.0, np.full(2, 1.5), f.points[:2], 0.999, 1)
    f = members.spectra([15, 1], (n, 3), 0.1)
    steep = rng.normal(size=(n, 3)) * np.array([1.0, 0, 0])
    yield from on(rng, f, 0.1, 1.0, steep)
    for f in members.losses(quick):
        x = rng.normal(size=(10, f.dim))
        yield from on(rng, f, *members.limits_of(f), x)


def on(rng, f, mu, beta, x):
    """Every method, one step and many."""
    for method in METHODS:
        rho = 10 ** rng.uniform(-1, 1, len(x)) / beta
        rho = 0.9 * rho / (1 - rho * min(mu, 0))
        share = rng.uniform(0.1, 0.999, len(x))
        for steps in (1, 20):
            yield case(method, f, mu, beta, rho, x, share, steps)


def case(method, f, mu, beta, rho, x, share, steps):
    """The names of the arguments."""
    sizes = {"mu": mu, "beta": beta, "rho": rho, "share": share + np.zeros(len(x))}
    return {"method": method, "f": f, "x": x, "steps": steps} | sizes


def edge(method, beta, rho):
    r"""The learning rate, bisected, at which $\beta x^2/2$ ceases to contract."""
    lam, x = beta[:, None], np.ones((len(beta), 1))

    def contracts(eta):
        return shrinks(method, lam, eta, rho, x, 4)

    return bisect(contracts, 0.01 / beta / (1 + rho * beta), 8 / beta, 1e-9)


def scales(quick):
    """Radii and curvatures over decades."""
    beta, s = np.meshgrid([0.5, 1.0, 7.0], np.geomspace(0.01, 30, 5 if quick else 50))
    for method in ("gd", "usam"):
        yield {"method": method, "beta": beta.ravel(), "rho": (s / beta).ravel()}


def jump(eta, mu, rho):
    r"""SSAM's next point and the one after, in units of the start's length.

    On T15's function of that rate: $(-1, 0)$ along the start and across, $(1, 0)$.
    """
    f = ssam_cycle(rho, mu, regimes.cycle_beta(eta, mu, rho))
    there = members.step("ssam", rho, f, f.points[0], eta)
    back = members.step("ssam", rho, f, f.points[1], eta)
    return np.concatenate([there, back]) / f.points[0, 0]


def rates(quick):
    """At the limit of beta = 1 and above it, all signs of mu."""
    for mu in (-2.0, -1.0, -0.3, 0.0, 0.1, 0.7):
        for s in (0.3, 0.45, 3.0, 20.0)[:: 3 if quick else 1]:
            if 1 + s * mu > 0:
                limit = regimes.ssam_limit(mu, 1.0, s)
                for share in (1.0, 1.2, 1.8):
                    if share * limit * mu < 2:
                        yield {"eta": float(share * limit), "mu": mu, "rho": s}


def above(eta, mu, rho):
    """At or above the limit; from 2/mu on a quadratic serves."""
    return (eta >= regimes.ssam_limit(mu, 1.0, rho) * (1 - 1e-12)) & (eta * mu < 2)


def least_slack(numbers):
    """Of the twelve slacks, over all a < b: exact."""
    found = [
        float(slack.subs({a: low, b: high}))
        for slack in slacks().values()
        for low, high in numbers
    ]
    return np.array(found)


def fractions(quick):
    """Rational a < b, on both sides of 1."""
    some = ((1, 2), (1, 10), (3, 7), (1, 1000), (5, 6), (99, 100))
    scaled = tuple((low * k, high * k) for low, high in some for k in (1, 5))
    yield {"numbers": scaled[::4] if quick else scaled}


def picture():
    """SSAM's cycle on its level sets, and GD's way to rest at the same rate."""
    f, eta = ssam_cycle(), 1.6
    side = np.linspace(-2, 2, 61)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    x, y = f.points[:, 0], f.points[:, 1]
    gd = simulate.iterate(f, make("gd"), f.points[0], eta, 30)
    path = np.array([state.x for state in gd])
    ssam = simulate.iterate(f, make("ssam", rho=3.0), f.points[0], eta, 8)
    jumps = np.array([state.x for state in ssam])
    nan = np.nan
    ascent = np.array([[x[0], y[0]], [x[2], y[2]], [nan, nan], [x[1], y[1]]])
    ascent = np.vstack([ascent, [[x[3], y[3]]]])
    return Picture(
        title=r"at $\eta\beta = 1.6$ SSAM cycles, GD comes to rest",
        xlabel=r"$w_1$",
        ylabel=r"$w_2$",
        curves=(
            Curve(*ascent.T, "to the ascent points"),
            Curve(*jumps.T, "SSAM", method="SSAM"),
            Curve(*path.T, "GD", method="GD", marker="o"),
        ),
        levels=(side, side, f.value(grid)),
    )


def t15():
    """The statement."""
    proof = "paper_notes.md, T15"
    return Statement(
        id="T15",
        title="the learning rates for which the gradient always tends to 0",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T15.if",
                says=r"$f(w_0)-f(w_T) \ge \eta\frac\beta 2(\bar\eta-\eta)"
                r"\sum_{t<T}\lVert d_t\rVert^2$ below T3's limit $\bar\eta$: so "
                r"$\nabla f(w_t)\to 0$",
                expected="holds",
                relation="<=",
                measured=travelled,
                bound=lambda **_: 1.0,
                cases=runs,
                within=allowed,
                tight=0.999999,
                rtol=1e-6,  # falls that are small beside the values
                proof=proof,
            ),
            Claim(
                id="T15.linear",
                says=r"sharp for GD, $2/\beta$, and USAM, $2/(\beta b)$, on a parabola",
                expected="holds",
                measured=edge,
                bound=lambda method, beta, rho: regimes.descent_limit(
                    method, 0.0, beta, rho
                ),
                cases=scales,
                within=lambda method, beta, rho: beta > 0,
                rtol=2e-9,  # the bracket
                proof=proof,
            ),
            Claim(
                id="T15.only_if",
                says=r"for SSAM from $\frac4\beta\frac{\sqrt{ab}}{a+b}$ on (to "
                r"$2/\mu$ if $\mu > 0$) "
                r"there is an "
                r"f of the class on which it jumps from $x_+$ to $x_-$ and back",
                expected="holds",
                measured=jump,
                bound=lambda eta, mu, rho: np.array([-1.0, 0, 1, 0]),
                cases=rates,
                within=above,
                rtol=1e-12,  # rounding: corners of the hull as near as s
                atol=1e-12,
                proof=proof,
            ),
            Claim(
                id="T15.inequalities",
                says=r"that f exists: none of its twelve interpolation inequalities "
                r"fails, for all $b > a > 0$",
                expected="holds",
                relation=">=",
                measured=least_slack,
                bound=lambda numbers: 0.0,
                cases=fractions,
                within=lambda numbers: all(0 < low < high for low, high in numbers),
                tight=1.0,
                proof=proof,
            ),
        ),
        code=("theory/cycle.py", "landscapes/ssam_cycle.py", "theory/regimes.py"),
        notes="SSAM's limit is GD's times the cosine of T2, below GD's for every "
        "$\\rho > 0$ unless $\\mu = \\beta$; SAM never comes to rest (T5). The cycle "
        "is exact, but may repel: rounding leaves it in the end. On convex quadratics "
        "and in one dimension it cannot occur (T5).",
        picture=picture,
    )
