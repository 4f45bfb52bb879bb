"""P4: the paper's sentence on SAM's range of learning rates."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import members, nearing, proofs, ranges, regimes
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.measured import regimes as networks
from theory.measured import upper
from theory.quadratic import sam_cycle
from theory.settling import last
from theory.worst import descent


def share(mu, beta, rho):
    """USAM's bisected descent limit over GD's."""
    usam, gd = (descent(method, mu, beta, rho).value for method in ("usam", "gd"))
    return usam / gd


def radii(quick):
    """Over decades, both signs of mu."""
    for mu, beta in ((-0.04, 1.0), (0.0, 2.0), (0.5, 1.0)):
        yield {"mu": mu, "beta": beta, "rho": np.geomspace(0.01, 20, 6) / beta}


def local(beta, rho, r):
    r"""SAM's largest descending rate, bisected, on $\beta x^2/2$ where $|g| = r$."""
    f, x = Quadratic(beta[:, None]), (r / beta)[:, None]
    d, _ = members.directions("sam", rho, f, x)

    def falls(eta):
        return f.value(x - eta[:, None] * d) <= f.value(x)

    return bisect(falls, 1e-9 / beta, 4 / beta, 1e-9)


def gradients(quick):
    """From far above the radius to far below."""
    r = np.geomspace(1e-6, 1e3, 10)
    for beta in (0.5, 3.0):
        yield {"beta": np.full(r.size, beta), "rho": np.full(r.size, 0.3), "r": r}


def floor(e, rho):
    """Where SAM ends on x^2/2."""
    w = np.full((len(e), 1), 0.7)
    return np.abs(last("sam", np.ones((len(e), 1)), e, rho, w, 3000)[:, 0])


def rates(quick):
    """Down to slow ones."""
    yield {"e": np.geomspace(0.01, 1.9, 12), "rho": np.full(12, 0.2)}


def bounded(method, rho):
    """The learning rate, bisected, above which a run on x^2/2 leaves every ball."""
    lam, w = np.ones((len(rho), 1)), np.full((len(rho), 1), 0.7)

    def stays(eta):
        half, full = (
            np.abs(last(method, lam, eta, rho, w, steps)[:, 0]) for steps in (400, 800)
        )
        return full < 100 * (1 + half)

    return bisect(stays, np.full(len(rho), 0.5), np.full(len(rho), 3.0), 1e-3, parts=9)


def both(quick):
    """GD and SAM."""
    for method in ("gd", "sam"):
        yield {"method": method, "rho": np.array([0.01, 0.3, 5.0])}


def nears(mu, rho):
    """The learning rate above which a step of USAM may lead away."""
    return np.array([nearing.usam_edge(mu, r) for r in rho])


def strongly(quick):
    """Strongly convex, conditions above and below 3."""
    for mu in (0.1, 0.5):
        yield {"mu": mu, "rho": np.geomspace(0.3, 12, 3 if quick else 8)}


def limit_at(name):
    """USAM's at a kept proof's numbers."""
    mu, beta, rho, _ = proofs.at(name)
    return regimes.usam_limit(mu, beta, rho)


def surfaces(quick):
    """At radii of 1/L and 2/L."""
    for multiple in (1.0,) if quick else (1.0, 2.0):
        for name in ranges.SURFACES[: 3 if quick else None]:
            yield {"name": name, "multiple": multiple}


def p4():
    """The statement."""
    return Statement(
        id="P4",
        title="SAM works only in a limited range of learning rates against SGD",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P4.descent",
                says=r"no step of USAM raises f iff $\eta \le 2/(\beta b)$: GD's range "
                r"divided by $1+\rho\beta$; so, too, its range of convergence (T15)",
                expected="holds",
                measured=share,
                bound=lambda mu, beta, rho: 1 / (1 + rho * beta),
                cases=radii,
                within=lambda mu, beta, rho: 1 + rho * mu > 0,
                rtol=1e-7,  # rounding of values near their start's
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P4.local",
                says=r"SAM's at a point: $2/(\beta(1+\rho\beta/\lVert g\rVert))$, "
                r"which tends to 0 at a minimiser",
                expected="holds",
                measured=local,
                bound=lambda beta, rho, r: regimes.usam_limit(0.0, beta, rho / r),
                cases=gradients,
                within=lambda beta, rho, r: r > 0,
                rtol=1e-8,  # rounding
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P4.rest",
                says=r"so SAM comes to rest at no $\eta$: on $x^2/2$ it ends at "
                r"$\eta\rho/(2-\eta)$ from the minimiser",
                expected="holds",
                measured=floor,
                bound=lambda e, rho: sam_cycle(e, rho, 1.0),
                cases=rates,
                within=lambda e, rho: (0 < e) & (e < 2),
                rtol=1e-9,  # rounding over the steps
                proof="paper_notes.md, T5",
                grade="T",
            ),
            Claim(
                id="P4.bounded",
                says=r"not limited is where SAM stays bounded on $x^2/2$: "
                r"$\eta < 2$, as GD",
                expected="holds",
                measured=bounded,
                bound=lambda method, rho: 2.0,
                cases=both,
                within=lambda method, rho: rho > 0,
                rtol=2e-2,  # near 2 runs grow too slowly to be seen in 800 steps
                proof="paper_notes.md, P4",
                grade="T",
            ),
            Claim(
                id="P4.nearer",
                says=r"strongly convex f: every step of USAM nears the minimiser only "
                r"if $\eta \le 2/(\beta b)$, GD's range divided by $1+\rho\beta$",
                expected="holds",
                relation="<=",
                measured=nears,
                bound=lambda mu, rho: 2 / (1 + rho),
                cases=strongly,
                within=lambda mu, rho: mu > 0,
                tight=0.999999,
                rtol=1e-9,  # rounding
                proof="paper_notes.md, N1",
                grade="T",
            ),
            Claim(
                id="P4.fractions",
                says=r"$\mu = -\frac13$, $\rho = \beta = 1$: descent proved in "
                r"fractions up to $\eta = .99$; the limit is 1",
                expected="holds",
                relation="<=",
                measured=lambda name: proofs.proved(name) and proofs.at(name)[3],
                bound=limit_at,
                cases=lambda quick: [{"name": "t3-usam"}],
                within=lambda name: True,
                tight=0.98,
                proof="paper_notes.md, T3",
                grade="T",
            ),
            Claim(
                id="P4.surfaces",
                says=r"eleven surfaces, $\rho = 1/L$ and $2/L$: half of the starts "
                r"converge to a minimum only below a rate of USAM that is less than "
                r"GD's",
                expected="supported",
                relation="<=",
                measured=lambda name, multiple: ranges.quotient(
                    name, "usam", "gd", multiple
                ),
                bound=lambda name, multiple: 1.0,
                cases=surfaces,
                within=lambda name, multiple: multiple > 0,
                loose="ten of 22 are $1/(1+\rho L)$, the others from 0 to .66",
                grade="N",
            ),
            Claim(
                id="P4.networks",
                says="ReLU networks on images: at its largest radius that trains the "
                "largest rate at which USAM trains is below SGD's",
                expected="supported",
                relation="<=",
                measured=networks.extended,
                bound=lambda task, method, other: 1.0,
                cases=lambda quick: networks.tasks(("USAM",), "GD", "relu"),
                within=lambda task, method, other: True,
                loose="about a quarter, a third and a half",
                grade="N",
            ),
            Claim(
                id="P4.tanh",
                says="and so on a tanh network, from 30 or 60 fresh seeds",
                expected="supported",
                relation="<=",
                measured=upper.over,
                bound=lambda task, method, other: 1.0,
                cases=lambda quick: upper.tasks("USAM", "tanh"),
                within=lambda task, method, other: True,
                loose="a quotient may have any size",
                runs=upper.STAGES,
                grade="N",
            ),
            Claim(
                id="P4.normalised",
                says="and SAM's, whose radius is a length, on all four networks, "
                "likewise",
                expected="supported",
                relation="<=",
                measured=upper.over,
                bound=lambda task, method, other: 1.0,
                cases=lambda quick: upper.tasks("SAM"),
                within=lambda task, method, other: True,
                loose="a quotient may have any size",
                runs=upper.STAGES,
                grade="N",
            ),
        ),
        combines=("T3.if", "T3.only_if", "T15.if", "T15.linear", "T5.line", "N1.edge"),
        code=("theory/regimes.py", "theory/nearing.py", "theory/measured/upper.py"),
        reads=(networks.EXPERIMENT, upper.EXPERIMENT),
        notes="The precise forms are ours. "
        "True of descent, of convergence to a point and (T14, N1) of nearing the "
        "minimiser, for which from some radius on no rate is left if $\\kappa > "
        "3+2\\sqrt2$. Not true of staying bounded on a quadratic (SAM's range is GD's) "
        "nor, one example at a time, of the logistic loss, where SAM is SGD on a "
        "shifted loss (T16). Networks: " + networks.SETTING + "On the tanh "
        "MLP, and for SAM, upper ends anew from 30 to 60 fresh seeds, a quarter of an "
        "octave apart. A counterexample would be a network on which, at the largest "
        "radius that trains, a method trains at larger rates than SGD.",
    )
