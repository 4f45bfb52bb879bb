"""N4: worst functions of T14; how far a step lowers f, and what it does to g."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from landscapes.interpolant import gaps
from landscapes.quadratic import Quadratic
from theory import (
    falls,
    gradient_factor,
    members,
    proofs,
    regimes,
    value_rates,
    worst_steps,
)
from theory.claim import Claim, Statement
from theory.pair_factors import usam_pair_factor
from theory.ssam_gradient import ssam_gradient_certified
from theory.worst import fejer_data

OFF = ~np.eye(3, dtype=bool)


def angle(k):
    """Rational cosine and sine of an angle of about 2/k."""
    return Fraction(k * k - 1, k * k + 1), Fraction(2 * k, k * k + 1)


def least(s, t, k):
    """The least of the six slacks, exactly."""
    data = fejer_data(s, t, *angle(k))
    return float(gaps(*data, Fraction(0), Fraction(1))[OFF].min())


def allowed(s, t, k):
    r"""The share fits, and the angle is small enough for it."""
    cos = angle(k)[0]
    return (s + 2) * t * cos >= (1 + s) * t * t + 1


def shares(quick):
    """Of USAM 1/2; of SSAM 1/r with rational r."""
    for k in (100, 10**6):
        for s in (Fraction(11, 10), Fraction(2), Fraction(3), Fraction(30)):
            yield {"s": s, "t": Fraction(1, 2), "k": k}
        for r in (Fraction(11, 10), Fraction(3, 2), Fraction(2), Fraction(5)):
            yield {"s": r * r - 1, "t": 1 / r, "k": k}


def wide(quick):
    """For s = 1 no angle is small enough."""
    yield {"s": Fraction(1), "t": Fraction(1, 2), "k": 10**6}


def most(method, f, mu, beta, rho, eta, x, low):
    """The factor of f, exact for USAM, a bound for SSAM."""
    name = {"usam": "usam_value_factor", "ssam": "ssam_value_bound"}[method]
    return getattr(value_rates, name)(eta, mu, beta, rho) ** 2


def longest(method, f, mu, beta, rho, eta, x, low):
    """The bound of the gradient's factor."""
    if method == "usam":
        return usam_pair_factor(eta, mu, beta, rho)
    return value_rates.ssam_gradient_bound(eta, mu, beta, rho)


def of_the_class(method, f, mu, beta, rho, eta, x, low):
    """Strongly convex, of that curvature, and T3's range."""
    limit = regimes.descent_limit(method, mu, beta, rho)
    return members.belongs(f, mu, beta) & (mu > 0) & (eta <= limit)


def lengths(*share):
    """Condition numbers and radii."""

    def cases(quick):
        for method in ("usam", "ssam"):
            for mu, rho in ((0.02, 0.5), (0.1, 1.0), (0.3, 8.0)):
                yield {"method": method, "mu": mu, "rho": rho, "share": share}

    return cases


def grown(x):
    """By how much SSAM's step lengthens g on diag(1, .1); 0 if it raises f."""
    f, numbers = Quadratic(np.array([1.0, 0.1])), (np.array([4.0]), np.array([1.3]))
    start = ("ssam", f, 0.1, 1.0, *numbers, x, 0.0)
    return np.where(falls.fall(*start) < 0.88, falls.growth(*start) ** 2, 0.0)


def files(method):
    """Of the kept proofs."""
    named = [n for n in proofs.names("n4") if proofs.KEPT[n][0] == method]
    return lambda quick: [{"name": name} for name in named[: 1 if quick else None]]


def known(name):
    """USAM's factor of f at a kept proof's numbers."""
    mu, beta, rho, eta = proofs.at(name)
    return value_rates.usam_value_factor(eta, mu, beta, rho) ** 2


def bounded(name):
    """SSAM's bound there."""
    mu, beta, rho, eta = proofs.at(name)
    return value_rates.ssam_value_bound(eta, mu, beta, rho) ** 2


def n4():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, N4", "grade": "T"}
    return Statement(
        id="N4",
        title="worst functions for T14's limits; worst-case rates of f and g",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N4.functions",
                says="T14's worst functions, by formula, are of the class: no "
                "interpolation inequality fails",
                expected="holds",
                relation=">=",
                measured=least,
                bound=lambda s, t, k: 0.0,
                cases=shares,
                within=allowed,
                outside=wide,
                tight=1.0,  # four of the six are equalities
                proof="paper_notes.md, T14",
                grade="T",
            ),
            Claim(
                id="N4.usam",
                says=r"USAM, $\mu > 0$, $\eta \le \frac2b$, every $\rho$: "
                r"$f(w^+)-f^* \le \max(1-\eta\mu a, \eta b-1)^2(f(w)-f^*)$, "
                r"attained by quadratics",
                relation="<=",
                measured=falls.fall,
                bound=most,
                cases=falls.runs("usam"),
                within=of_the_class,
                tight=0.999999,
                rtol=1e-9,  # of minimisers found
                **shared,
            ),
            Claim(
                id="N4.ssam",
                says=r"SSAM, $\eta < 2C$: at most $\sigma^2$ times, $\sigma^2-\eta "
                r"C(1-\mu)\sigma = 1+\mu\eta^2-\eta C(1+\mu)$, "
                r"$C = \frac{2\sqrt{ab}}{a+b}$",
                relation="<=",
                measured=falls.fall,
                bound=most,
                cases=falls.runs("ssam"),
                within=of_the_class,
                tight=0.9999,  # at the best learning rate
                rtol=1e-9,  # as before
                **shared,
            ),
            Claim(
                id="N4.best",
                says=r"at their best rates, $\frac2{b+\mu a}$ and "
                r"$\frac{2\sqrt{ab}}{b+\mu a}$, USAM and SSAM are equally fast: "
                r"$\sigma = \frac{b-\mu a}{b+\mu a}$",
                measured=falls.slowest,
                bound=lambda method, mu, rho, share: value_rates.best_value_factor(
                    mu, 1.0, rho
                ),
                cases=lengths(1.0),
                within=lambda method, mu, rho, share: share == (1.0,),
                rtol=1e-5,  # directions of a grid
                **shared,
            ),
            Claim(
                id="N4.least",
                says="no other learning rate has a smaller worst factor",
                relation=">=",
                measured=falls.slowest,
                bound=lambda method, mu, rho, share: value_rates.best_value_factor(
                    mu, 1.0, rho
                ),
                cases=lengths(0.05, 0.5, 0.9, 0.99, 1.01, 1.1, 1.5, 3.0),
                within=lambda method, mu, rho, share: 1.0 not in share,
                tight=0.99,
                rtol=1e-5,  # as before
                **shared,
            ),
            Claim(
                id="N4.gradient",
                says=r"$\lVert\nabla f(w^+)\rVert \le c\lVert g\rVert$, $c$ of USAM "
                r"N3's factor of pairs, of SSAM $\sqrt{1+\eta^2m^2-2\eta mC}+\eta"
                r"\delta$, $m, \delta = \frac{1\pm\mu}2$",
                relation="<=",
                measured=falls.growth,
                bound=longest,
                cases=lambda quick: [
                    *falls.runs("usam")(quick),
                    *falls.runs("ssam")(quick),
                ],
                within=of_the_class,
                tight=0.999,
                rtol=1e-9,  # rounding
                **shared,
            ),
            Claim(
                id="N4.grows",
                says=r"a step of SSAM may lower f and lengthen g, even on a quadratic: "
                r"diag(1, .1), $\rho = 4$, $\eta = 1.3$",
                relation=">=",
                measured=grown,
                bound=lambda x: 1.2,
                cases=lambda quick: [{"x": np.array([[1.0, 30.0]])}],
                within=lambda x: np.shape(x) == (1, 2),
                tight=0.99,
                **shared,
            ),
            Claim(
                id="N4.fractions",
                says=r"USAM's factor of f, exactly, proved in fractions",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=known,
                cases=files("usam"),
                within=lambda name: True,
                rtol=1e-12,  # rounding
                **shared,
            ),
            Claim(
                id="N4.below",
                says=r"SSAM's bound is not sharp: lower ones, proved in fractions at "
                r"five $(\mu, \rho, \eta)$",
                relation="<=",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=bounded,
                cases=files("ssam"),
                within=lambda name: True,
                tight=0.99,
                **shared,
            ),
            Claim(
                id="N4.ssam_at",
                says=r"there SSAM's worst factor of $f-f^*$ is known to $10^{-3}$: "
                "proved from above, run on a function from below",
                measured=worst_steps.as_run("f"),
                bound=worst_steps.from_above,
                cases=worst_steps.searched("f"),
                within=lambda mu, rho, eta: mu > 0,
                rtol=1e-3,  # a proof needs a little room
                **shared,
            ),
            Claim(
                id="N4.ssam_between",
                says=r"elsewhere it, and that of $\lVert g\rVert^2$, is at most N4's "
                r"bounds and at least $\frac45$ of them, on quadratics, to .97 of T3's "
                "limit",
                relation=">=",
                measured=worst_steps.on_quadratics,
                bound=worst_steps.within_a_fifth,
                cases=worst_steps.spread,
                within=lambda mu, rho, eta: (
                    eta < regimes.descent_limit("ssam", mu, 1.0, rho)
                ),
                expected="supported",
                tight=0.8,
            ),
            Claim(
                id="N4.ssam_length",
                says=r"SSAM's $\lVert g^+\rVert/\lVert g\rVert$ is at most the largest "
                r"over $\gamma$ of the least over t of a closed certificate: attained "
                r"at seven $(\mu, \rho, \eta)$",
                measured=worst_steps.as_run("gradient"),
                bound=lambda mu, rho, eta: (
                    ssam_gradient_certified(eta, mu, 1.0, rho) ** 2
                ),
                cases=worst_steps.searched("gradient"),
                within=lambda mu, rho, eta: (mu >= 0) & (eta > 0),
                rtol=5e-5,  # decimals of the functions, in a smaller class
                **shared,
            ),
            Claim(
                id="N4.ssam_most",
                says="and not exceeded, at any rate",
                relation="<=",
                measured=falls.growth,
                bound=worst_steps.certified,
                cases=worst_steps.alike,
                within=of_the_class,
                tight=0.98,
                rtol=1e-9,  # rounding
                **shared,
            ),
            Claim(
                id="N4.usam_length",
                says=r"USAM: $\lVert g^+\rVert^2 \le \tau\lVert g\rVert^2$, $\tau$ in "
                "closed form, by multipliers that are a root and its like",
                relation="<=",
                measured=falls.growth,
                bound=worst_steps.proved_length,
                cases=worst_steps.few,
                within=of_the_class,
                tight=0.99,
                rtol=1e-9,  # rounding
                **shared,
            ),
            Claim(
                id="N4.usam_flat",
                says=r"$\mu = 0$, $\eta \le \sqrt 2$, $\eta \le \frac2b$: exactly "
                r"$\tau = 1+\frac{\rho^2t}{\rho t+(2+\rho)\eta} > 1$, "
                r"$bt^2-(4-\rho\eta)t+\eta^2 = 0$: the gradient may grow at every rate",
                measured=worst_steps.lengthened,
                bound=lambda eta, mu, rho: gradient_factor.flat_gradient_factor(
                    eta, rho
                ),
                cases=worst_steps.flat,
                within=lambda eta, mu, rho: (
                    (mu == 0) & (eta <= 2**0.5) & (eta * (1 + rho) <= 2 + 1e-12)
                ),
                rtol=1e-9,  # rounding
                **shared,
            ),
            Claim(
                id="N4.usam_bends",
                says=r"for all $\mu \ge 0$ such functions attain $\tau$ wherever "
                r"there are vectors with $\langle g, h\rangle$, $\lVert h\rVert$ of "
                "the formula",
                expected="supported",
                measured=worst_steps.lengthened,
                bound=worst_steps.usam_bend,
                cases=worst_steps.bent,
                within=lambda eta, mu, rho: eta * (1 + rho) <= 2 + 1e-12,
                rtol=1e-9,  # rounding
            ),
            Claim(
                id="N4.usam_else",
                says=r"elsewhere the quadratics' $\max(1-\eta\mu a, \eta b-1)$ is not "
                "exceeded",
                expected="supported",
                relation="<=",
                measured=falls.growth,
                bound=worst_steps.exact_length,
                cases=worst_steps.few,
                within=of_the_class,
                tight=0.99,
                rtol=1e-9,  # rounding
            ),
        ),
        code=(
            "theory/value_rates.py",
            "theory/gradient_factor.py",
            "theory/ssam_gradient.py",
            "theory/worst_steps.py",
            "theory/falls.py",
            "theory/worst.py",
            "theory/proofs",
        ),
        notes="In value quadratics are USAM's worst functions at every radius; in "
        "distance they are not once $\\rho(\\beta-\\mu) > 1$ (N1). SSAM's range is "
        "wider (T3), but it is no faster at its best; GD is, by $\\frac{1-\\mu}{1+"
        "\\mu}$. At $\\mu = .3$, $\\rho = 1$, $\\eta = .7$ the programme gives SSAM "
        ".6368, the bound .6411, quadratics .6251. USAM's factor of the gradient is "
        "exact: a root and three multipliers, checked beside the programme at 400 "
        "points; SSAM's is a maximum over gamma, and the programme's up to .6 of T3's "
        "limit (39 of 39), within 2.2 % beyond. A counterexample to the numerical "
        "forms would be a function whose "
        "gradient USAM lengthens by more than both the quadratics and the plane's "
        "function of these numbers, or one that SSAM lowers by less than four fifths "
        "of the bound says everywhere. For $\\mu = 0$ T14's limits are "
        "approached by functions of two variables, for $\\mu > 0$ attained.",
    )
