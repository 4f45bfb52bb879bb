"""P5: the paper's sentence on SSAM's range of learning rates."""

from __future__ import annotations

import numpy as np

from theory import (
    members,
    pair_factors,
    parted,
    proofs,
    ranges,
    regimes,
    usam_distance,
)
from theory import nearing as strongly
from theory.claim import Claim, Statement
from theory.measured import regimes as networks
from theory.pairs import apart, ssam_pair
from theory.settling import last, steepness
from theory.spectra import saddles
from theory.worst import descent, nearing


def gain(mu, beta, rho):
    """SSAM's bisected descent limit over USAM's."""
    ssam, usam = (descent(method, mu, beta, rho).value for method in ("ssam", "usam"))
    return ssam / usam


def convex(quick):
    """Radii over decades."""
    yield {"mu": 0.0, "beta": 1.0, "rho": np.geomspace(0.01, 100, 10)}


def concave(quick):
    """Curvature of both signs, radii up to 1/beta."""
    yield {"mu": -1.0, "beta": 1.0, "rho": np.linspace(0.05, 0.95, 10)}


def nearer(rho):
    """SSAM's bisected limit of T14 over USAM's."""
    return nearing("ssam", rho, 1e-4).value / nearing("usam", rho, 1e-4).value


def strongly_nearer(mu, rho):
    """The same for strongly convex f."""
    return strongly.ssam_edge(mu, rho) / strongly.usam_edge(mu, rho)


def strong(quick):
    """Classes and radii at which there is a range."""
    some = ((0.9, 0.05), (0.1, 1.0), (0.1, 6.0), (0.3, 20.0), (0.02, 3.0))
    for mu, rho in some[: 3 if quick else None]:
        yield {"mu": mu, "rho": rho}


def at_the_end(mu):
    """Just before both ranges end."""
    return strongly_nearer(mu, (1 - 1e-5) * float(usam_distance.limit_end(1 / mu)))


def last_gain(mu):
    """What the quotient tends to there."""
    m = mu**0.5
    a = 1 + mu * usam_distance.limit_end(1 / mu)
    return a * np.sqrt(2 * (2 + m) / (1 - m + m**2 + m**3))


def wide(quick):
    """Radii at which two steps of USAM part at every learning rate."""
    for mu, rho in ((0.1, 5.0), (0.0, 0.5), (0.02, 1.0))[: 2 if quick else None]:
        yield {"mu": mu, "rho": rho}


def limit_at(name):
    """SSAM's at a kept proof's numbers."""
    mu, beta, rho, _ = proofs.at(name)
    return regimes.ssam_limit(mu, beta, rho)


def growth(method, rho, lam):
    """How many times the gradient grows from beside a saddle in 300 steps."""
    w = 1e-3 / lam / np.sqrt(lam.shape[-1])
    end = last(method, lam, 0.5, rho, w, 300)
    return steepness(lam, end) / steepness(lam, w)


def traps(quick):
    """Strict saddles that catch USAM."""
    lam = saddles(np.random.default_rng(505), 20, 3)
    yield {"method": "ssam", "rho": 1.2 / np.abs(lam).min(axis=-1), "lam": lam}


def two_steps(eta, mu, rho):
    """The factor of two SSAM steps on N3's function."""
    f, _ = ssam_pair(mu, rho)
    return apart("ssam", rho, f, f.points[:2], eta)


def usams(eta, mu, rho):
    """USAM's worst factor."""
    return pair_factors.usam_pair_factor(eta, mu, 1.0, rho)


def slow(quick):
    """Condition 10, where no two steps of USAM part."""
    yield {"eta": np.geomspace(1e-3, 1, 7), "mu": 0.1, "rho": 0.3}


def resting(rho, mu):
    r"""$\lVert g\rVert$ of SSAM-N's end over its start's; eta just below T3's limit."""
    rng = np.random.default_rng(506)
    (f,) = members.interpolants([505, 2], 1, mu)
    x = 2 * rng.normal(size=(len(rho), 2))
    start, eta = x, 0.95 * regimes.ssam_n_limit(mu, f.beta)
    for _ in range(150):
        x = members.step("ssam-n", rho, f, x, np.full(len(rho), eta))
    sizes = [np.sqrt((f.gradient(w) ** 2).sum(axis=-1)) for w in (x, start)]
    return sizes[0] / sizes[1]


def over(other):
    """SSAM's largest rate over another method's, on a surface; 1 if that has none."""

    def measured(name, multiple):
        found = ranges.quotient(name, "ssam", other, multiple)
        return found if ranges.largest(name, other, multiple)[1] else 1.0

    return measured


def surfaces(quick):
    """At radii of 1/L and 2/L."""
    for multiple in (2.0,) if quick else (1.0, 2.0):
        for name in ranges.SURFACES[: 3 if quick else None]:
            yield {"name": name, "multiple": multiple}


def runs_held(spec):
    """How many of 192 runs saddles and maxima hold, at a radius of two units."""
    return lambda name: ranges.held(name, spec, 2.0)


def caught(quick):
    """Surfaces with saddles or maxima."""
    for name in ("strict_saddle", "deep_linear_net", "ring", "double_well_saddle"):
        yield {"name": name}


def beside(words):
    """Networks of these words: each scaled method and the one that it scales."""
    return lambda quick: [
        *networks.tasks(("SSAM",), "USAM", words),
        *networks.tasks(("SSAM-N",), "SAM", words),
    ]


def p5():
    """The statement."""
    return Statement(
        id="P5",
        title="SSAM extends that range, and so can do consistently better",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P5.convex",
                says=r"f convex: SSAM's range of descent and of convergence is USAM's "
                r"times $2(1+s)^{3/2}/(2+s) > 1$",
                expected="holds",
                measured=gain,
                bound=lambda mu, beta, rho: 2 * (1 + rho) ** 1.5 / (2 + rho),
                cases=convex,
                within=lambda mu, beta, rho: mu == 0,
                rtol=1e-6,  # rounding of values near their start's
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P5.nearer",
                says=r"f convex, $s < 3$: of nearing the minimiser, too, up to twice",
                expected="holds",
                measured=nearer,
                bound=lambda rho: regimes.fejer_gain(1.0, rho),
                cases=lambda quick: [{"rho": np.linspace(0.1, 2.9, 6)}],
                within=lambda rho: rho < 3,
                rtol=1e-5,  # the functions approach the limits
                proof="paper_notes.md, T14",
                grade="T",
            ),
            Claim(
                id="P5.strong",
                says=r"f strongly convex, $s < s_0$: by at least $1+\rho\mu$, without "
                r"bound for $\kappa \le 3+2\sqrt2$",
                expected="holds",
                relation=">=",
                measured=strongly_nearer,
                bound=lambda mu, rho: 1 + rho * mu,
                cases=strong,
                within=lambda mu, rho: rho < usam_distance.limit_end(1 / mu),
                tight=0.98,
                proof="paper_notes.md, T14",
                grade="T",
            ),
            Claim(
                id="P5.last",
                says=r"as $s \to s_0$ by $a\sqrt{2(2+m)/(1-m+m^2+m^3)}$, $m = "
                r"\kappa^{-1/2}$: 4.63 at $\kappa = 10$",
                expected="holds",
                measured=at_the_end,
                bound=last_gain,
                cases=lambda quick: [{"mu": mu} for mu in (0.02, 0.1, 0.15)],
                within=lambda mu: 0 < mu < 3 - 8**0.5,
                rtol=1e-3,  # of the order of the distance to the end
                proof="paper_notes.md, T14",
                grade="T",
            ),
            Claim(
                id="P5.fractions",
                says=r"$\mu = -\frac13$, $\rho = \beta = 1$: descent proved in "
                r"fractions up to $\eta = 1.71$; USAM's limit is 1",
                expected="holds",
                relation="<=",
                measured=lambda name: proofs.proved(name) and proofs.at(name)[3],
                bound=limit_at,
                cases=lambda quick: [{"name": "t3-ssam"}],
                within=lambda name: True,
                tight=0.98,
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P5.rest",
                says=r"SSAM-N comes to rest on strongly convex f where SAM has a floor",
                expected="holds",
                relation="<=",
                measured=resting,
                bound=lambda rho, mu: 1e-6,
                cases=lambda quick: [{"rho": np.geomspace(0.01, 10, 6), "mu": 0.3}],
                within=lambda rho, mu: mu > 0,
                loose="it converges geometrically, far below",
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P5.nonconvex",
                says=r"all $\beta$-smooth f: SSAM's range is the larger",
                expected="refuted",
                relation=">=",
                measured=gain,
                bound=lambda mu, beta, rho: 1.0,
                cases=concave,
                within=lambda mu, beta, rho: 1 + rho * mu > 0,
                loose="it is false for s > .8393",
                grade="N",
            ),
            Claim(
                id="P5.saddle",
                says=r"SSAM leaves strict saddles that catch USAM, $\rho > 1/m$",
                expected="refuted",
                relation=">=",
                measured=growth,
                bound=lambda method, rho, lam: 1.0,
                cases=traps,
                within=lambda method, rho, lam: rho > 1 / np.abs(lam).min(axis=-1),
                loose="it is false",
                grade="N",
            ),
            Claim(
                id="P5.pairs",
                says="two steps of SSAM part no more than USAM's, or not at all",
                expected="refuted",
                relation="<=",
                measured=two_steps,
                bound=lambda eta, mu, rho: np.maximum(usams(eta, mu, rho), 1.0),
                cases=slow,
                within=lambda eta, mu, rho: mu > 0,
                loose="it is false",
                grade="N",
            ),
            Claim(
                id="P5.always",
                says=r"where two steps of USAM part at every $\eta > 0$, so do some of "
                r"SSAM",
                expected="holds",
                relation=">=",
                measured=parted.at_every_rate,
                bound=lambda mu, rho: 1.0,
                cases=wide,
                within=lambda mu, rho: pair_factors.usam_pair_slope(mu, 1.0, rho) < 0,
                tight=0.99999,
                proof="paper_notes.md, N3",
                grade="T",
            ),
            Claim(
                id="P5.surfaces",
                says=r"eleven surfaces, $\rho = 1/L$ and $2/L$: half of the starts "
                r"converge to a minimum up to a rate of SSAM no less than USAM's",
                expected="supported",
                relation=">=",
                measured=over("usam"),
                bound=lambda name, multiple: 1.0,
                cases=surfaces,
                within=lambda name, multiple: multiple > 0,
                loose="up to 27 times; neither converges on the cosine at $2/L$",
                grade="N",
            ),
            Claim(
                id="P5.gd",
                says=r"there SSAM's rate is no less than GD's",
                expected="refuted",
                relation=">=",
                measured=over("gd"),
                bound=lambda name, multiple: 1.0,
                cases=surfaces,
                within=lambda name, multiple: multiple > 0,
                loose="it is false",
                grade="N",
            ),
            Claim(
                id="P5.held",
                says=r"saddles and maxima hold fewer runs of SSAM than of SAM, radii "
                r"of $2/L$ and of a tenth of the box",
                expected="refuted",
                relation="<=",
                measured=runs_held("ssam"),
                bound=runs_held("sam"),
                cases=caught,
                within=lambda name: True,
                loose="it is false",
                grade="N",
            ),
            Claim(
                id="P5.networks",
                says="ReLU networks on images: at the largest radius at which both "
                "train SSAM trains up to a larger rate than USAM, SSAM-N than SAM",
                expected="supported",
                relation=">=",
                measured=networks.extended,
                bound=lambda task, method, other: 1.0,
                cases=beside("relu"),
                within=lambda task, method, other: True,
                loose="2.5 to 6 times, and 1.6 to 2",
                grade="N",
            ),
            Claim(
                id="P5.tanh",
                says="and so on a tanh network",
                expected="refuted",
                relation=">=",
                measured=networks.extended,
                bound=lambda task, method, other: 1.0,
                cases=beside("tanh"),
                within=lambda task, method, other: True,
                loose="it is false",
                grade="N",
            ),
        ),
        combines=("T3.crossing", "T15.only_if", "T14.only_if", "T5.ssam", "N4.best"),
        code=("theory/regimes.py", "theory/ranges.py", "theory/measured/regimes.py"),
        reads=(networks.EXPERIMENT,),
        notes="The precise forms are ours. "
        "True on convex functions, where SSAM's range exceeds USAM's by a factor "
        "that grows like $2\\sqrt s$ but stays below GD's, and on quadratics, where it "
        "is GD's (T5), but no faster: at their best rates USAM and SSAM lower f "
        "equally (N4). False for curvature of both signs and $s > .8393$ (at $s = .95$ "
        "SSAM's range is the smaller by .61); SSAM leaves no saddle that catches USAM "
        "(T8); and steps from two points part at every learning rate where USAM's do "
        "not ($\\kappa = 10$, $\\rho\\beta = .3$; N3), so the range in which training "
        "is uniformly stable is not extended, but for linear models, one example at a "
        "time (T16). Networks: " + networks.SETTING + "95 % intervals over five seeds "
        "and the grid's step, each by itself.",
    )
