"""N3: whether two trajectories of one method part."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import (
    members,
    pair_cases,
    pair_factors,
    parted,
    proofs,
    ssam_pairs,
    usam_runs,
)
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.pairs import apart


def bent(eta, rho):
    r"""$r|c - e| \le 2ce$, $e > 0$."""
    c, r, e = 1 + rho / 2, rho / 2, 2 / eta - 1 - rho / 2
    return e > 0 and r * abs(c - e) <= 2 * c * e


def edge(mu, rho):
    """The learning rate, bisected, above which two SSAM steps on diag(1, mu) part."""
    pair = np.array([[0.0, 1e8], [1.0, 1e8]])
    f = Quadratic(np.array([1.0, mu]))
    return bisect(lambda eta: apart("ssam", rho, f, pair, eta) <= 1, 1e-3, 8.0, 1e-9)


def parts(mu, rho):
    """By the theorem."""
    return rho > ssam_pairs.parting_radius(mu, 1.0)


def between(mu):
    """Neither at every radius nor at none."""
    return ssam_pairs.PARTING_CURVATURE < mu < ssam_pairs.SAFE_CURVATURE


def radius_bounds(mu):
    """The radius against its closed bounds: both at most 1."""
    low, high = ssam_pairs.parting_radius_bounds(mu, 1.0)
    seen = ssam_pairs.parting_radius(mu, 1.0)
    return np.array([low / seen, seen / high])


def proved_rate(mu, rho):
    """The factor at the rate of the theorem, on the functions that part the most."""
    eta = ssam_pairs.ssam_pair_proved(mu, 1.0, rho)
    return parted.reach(np.array([0.1, 1]) * eta, mu, rho)


def planar(eta, mu, rho):
    """N3's formula, at each rate."""
    return np.array([ssam_pairs.ssam_pair_factor(e, mu, 1.0, rho) for e in eta])


def files(quick):
    """Of the kept proofs."""
    return [{"name": name} for name in proofs.names("n3")]


def kept(name):
    """USAM's factor at a kept proof's numbers."""
    mu, beta, rho, eta = proofs.at(name)
    return pair_factors.usam_pair_factor(eta, mu, beta, rho)


def n3():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, N3", "grade": "T"}
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
                measured=usam_runs.attained,
                bound=lambda eta, mu, rho: pair_factors.usam_pair_factor(
                    eta, mu, 1.0, rho
                ),
                cases=pair_cases.grid,
                within=lambda eta, mu, rho: mu >= 0,
                rtol=1e-8,  # gradients 1e3 times longer than their differences
                **shared,
            ),
            Claim(
                id="N3.most",
                says="and not exceeded",
                relation="<=",
                measured=usam_runs.factor,
                bound=lambda f, mu, beta, rho, eta, v, w: pair_factors.usam_pair_factor(
                    eta, mu, beta, rho
                ),
                cases=usam_runs.pairs,
                within=lambda f, mu, beta, rho, eta, v, w: members.belongs(f, mu, beta),
                tight=0.999,
                rtol=1e-9,  # rounding
                **shared,
            ),
            Claim(
                id="N3.flat",
                says=r"$\mu = 0$, $\beta = 1$: the factor's square is "
                r"$1+\frac{\eta\rho^2}{(2+\rho)(4-(2+\rho)\eta)}$: they part at every "
                r"$\eta$ and $\rho$ (for $\eta \le "
                r"\frac{4+3\rho}{(1+\rho)(2+\rho)}$; beyond "
                r"it is $\eta b-1$)",
                measured=usam_runs.excess,
                bound=lambda eta, rho: (
                    eta * rho**2 / ((2 + rho) * (4 - (2 + rho) * eta))
                ),
                cases=pair_cases.early,
                within=bent,
                rtol=1e-6,  # an excess down to 1e-4, as above
                **shared,
            ),
            Claim(
                id="N3.small",
                says=r"$\mu > 0$, $\eta \to 0$: they part iff "
                r"$\rho\beta > \frac{q-1}{1-q/\kappa}$, "
                r"$q = (\frac{\sqrt\kappa+1}{\sqrt\kappa-1})^2$",
                measured=usam_runs.radius,
                bound=lambda mu, eta: pair_factors.usam_parting_radius(mu, 1.0),
                cases=pair_cases.small,
                within=lambda mu, eta: mu < 3 - 8**0.5,
                rtol=2e-3,  # of the order of eta rho, and the bracket
                **shared,
            ),
            Claim(
                id="N3.fractions",
                says="USAM's factor at single points, rounded up, proved in fractions",
                relation=">=",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=kept,
                cases=files,
                within=lambda name: True,
                tight=0.9999,
                **shared,
            ),
            Claim(
                id="N3.ssam",
                says=r"two steps of SSAM part at every $\eta > 0$: at every $\rho$ for "
                r"$\kappa \ge 3+2\sqrt2$, for $\rho > \rho^*$ if $2+\sqrt3 < "
                r"\kappa < 3+2\sqrt2$",
                relation=">=",
                measured=parted.at_every_rate,
                bound=lambda mu, rho: 1.0,
                cases=pair_cases.everywhere,
                within=parts,
                outside=pair_cases.below,
                tight=0.999999,
                **shared,
            ),
            Claim(
                id="N3.ssam_radius",
                says=r"$\rho^*$ is where the least $\langle D, q\rangle$, $q$ of two "
                r"near points, changes its sign",
                measured=parted.radius,
                bound=lambda mu: ssam_pairs.parting_radius(mu, 1.0),
                cases=pair_cases.between,
                within=between,
                rtol=1e-2,  # shared gradients 1e4 long, within their ball by 64
                **shared,
            ),
            Claim(
                id="N3.ssam_bounds",
                says=r"$\frac{m-\sqrt2\delta}{\sqrt2\delta-\sqrt\mu} \le \rho^* "
                r"\le \rho_1$, both in closed form, $m, \delta = "
                r"\frac{1\pm\mu}2$",
                relation="<=",
                measured=radius_bounds,
                bound=lambda mu: 1.0,
                cases=pair_cases.between,
                within=between,
                tight=0.98,
                **shared,
            ),
            Claim(
                id="N3.ssam_never",
                says=r"$\kappa \le 2+\sqrt3$: none part for $\eta \le "
                r"\frac{2a^2}{b(a^2+b^2)}(m-\sqrt2\delta+\rho\mu(\sqrt\mu-"
                r"\sqrt2\delta))$",
                relation="<=",
                measured=proved_rate,
                bound=lambda mu, rho: 1.0,
                cases=pair_cases.slow,
                within=lambda mu, rho: mu >= ssam_pairs.SAFE_CURVATURE,
                loose="short: the price of a proof",
                **shared,
            ),
            Claim(
                id="N3.ssam_plane",
                says=r"in the plane SSAM's factor is the largest $|1-\eta\frac{A+B}2|+"
                r"\eta\frac{|A-B|}2$, $A = \frac{UV}{|V|}$, $B = "
                r"\frac{(1+\rho U)W}{|V|}$, over three circles: approached",
                measured=parted.reach,
                bound=planar,
                cases=pair_cases.across,
                within=lambda eta, mu, rho: mu >= 0,
                rtol=1e-3,  # as before
                **shared,
            ),
            Claim(
                id="N3.ssam_largest",
                says=r"in the plane none part iff $\eta$ is at most the least "
                r"$\frac{4(\mathrm{Re}(A+B)-|A-B|)}{|A+B|^2-|A-B|^2}$",
                measured=parted.edge,
                bound=lambda mu, rho: ssam_pairs.ssam_pair_range(mu, 1.0, rho),
                cases=pair_cases.largest,
                within=lambda mu, rho: not parts(mu, rho),
                rtol=2e-3,  # as before
                **shared,
            ),
            Claim(
                id="N3.ssam_start",
                says=r"as $\rho \to 0$ this tends to $\frac4{1+\mu+\sqrt2(1-\mu)}$ "
                r"($\kappa < 3+2\sqrt2$), not to GD's 2",
                measured=lambda mu: ssam_pairs.ssam_pair_range(mu, 1.0, 1e-6),
                bound=lambda mu: ssam_pairs.ssam_pair_range_limit(mu, 1.0),
                cases=lambda quick: [{"mu": mu} for mu in (0.2, 0.8)[quick:]],
                within=lambda mu: mu > ssam_pairs.PARTING_CURVATURE,
                rtol=1e-4,  # of the order of rho, over the slope
                **shared,
            ),
            Claim(
                id="N3.ssam_edge",
                says=r"SSAM's do not part on diag$(\beta, \mu)$, far out, iff "
                r"$\eta \le 2a/(\beta b)$",
                measured=edge,
                bound=lambda mu, rho: pair_factors.ssam_pair_limit(mu, 1.0, rho),
                cases=pair_cases.conditions,
                within=lambda mu, rho: 0 < mu < 1,
                rtol=1e-6,  # points 1e8 away: gamma is 1/a within 1e-8 or so
                **shared,
            ),
            Claim(
                id="N3.ssam_short",
                says=r"where N3's polynomial $T(\mu, \rho) > 0$ that is not sufficient",
                relation="<=",
                measured=lambda mu, rho: (
                    parted.edge(mu, rho) * (1 + rho) / (2 + 2 * rho * mu)
                ),
                bound=lambda mu, rho: 1.0,
                cases=lambda quick: [{"mu": 0.5, "rho": 0.3}],
                within=lambda mu, rho: ssam_pairs.steep_edge_sign(mu, 1.0, rho) > 0,
                loose="how much less is another matter",
                **shared,
            ),
            Claim(
                id="N3.ssam_space",
                says="in space none exceed the plane's factor",
                expected="supported",
                relation="<=",
                measured=lambda **case: usam_runs.factor(method="ssam", **case),
                bound=lambda f, mu, rho, eta, v, w: ssam_pairs.ssam_pair_factor(
                    eta[0], mu, 1.0, rho[0]
                ),
                cases=pair_cases.in_space,
                within=lambda f, mu, rho, eta, v, w: members.belongs(f, mu, 1.0),
                tight=0.999,
                rtol=1e-9,  # rounding
            ),
            Claim(
                id="N3.ssam_steep",
                says=r"where $T < 0$, but near $\rho^*$, it is sufficient",
                expected="supported",
                measured=parted.edge,
                bound=lambda mu, rho: pair_factors.ssam_pair_limit(mu, 1.0, rho),
                cases=pair_cases.steep,
                within=lambda mu, rho: ssam_pairs.steep_edge_sign(mu, 1.0, rho) < 0,
                rtol=2e-3,  # as before
            ),
        ),
        code=("theory/pair_factors.py", "theory/ssam_pairs.py", "theory/parted.py"),
        notes="On convex functions renormalising makes pairs worse: of the gradients' "
        "difference SSAM takes the part along g at the points, the part across at the "
        "ascent points, and both may oppose $w - v$. The worst pairs share a gradient "
        "that tends to infinity: there SSAM's step is linear in the pair. One inner "
        "product at a time SSAM is SGD (T16), and nothing parts. No closed form is "
        "known of $\\rho^*$ (.2918, 1.1077, 2.4035, 5.3644 at $\\mu$ = .18, .2, .22, "
        ".24) nor of the largest $\\eta$.",
    )
