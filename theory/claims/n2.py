"""N2: SSAM's step to the minimiser beyond USAM's limit."""

from __future__ import annotations

import numpy as np

from theory import fejer, members, proofs
from theory.claim import Claim, Statement
from theory.worst import SEARCHED, searched

MU, RHO, MOST = 0.1, 1.0, 1.7  # beta = 1; USAM's limit is 1


def square(f, least, eta, x):
    r"""$\lVert w^+ - w^*\rVert^2/\lVert w - w^*\rVert^2$, in units of beta."""
    rho = np.full(len(x), RHO / f.constants["beta"])
    after = members.step("ssam", rho, f, x, eta / f.constants["beta"]) - least
    return (after**2).sum(axis=-1) / ((x - least) ** 2).sum(axis=-1)


def of_the_class(f, least, eta, x):
    r"""$\kappa \le 10$ and the range of learning rates."""
    beta = f.constants["beta"]
    return members.belongs(f, MU * beta, beta) & (eta >= 0.05) & (eta <= MOST)


def below_the_limit(f, least, eta, x):
    r"""$\kappa \le 10$ and learning rates at which SSAM nears the minimiser."""
    beta = f.constants["beta"]
    return members.belongs(f, MU * beta, beta) & (eta < limit())


def limit():
    """T14's."""
    return fejer.ssam_fejer_limit_strong(MU, 1.0, RHO)


def rate(f, least, eta, x):
    """T14's, of the distance squared."""
    return fejer.ssam_nearing_factor(eta, limit(), MU)


def steps(low, high):
    """Quadratics, interpolants, and the worst functions that a search found."""

    def cases(quick):
        rng, n = np.random.default_rng(201), 50 if quick else 300
        x = rng.normal(size=(n, 3))
        x[:5, :-1] = 0  # along the flat axis
        eta = rng.uniform(low, high, n)
        eta[:5] = low
        f = members.spectra([201, 1], (n, 3), MU)
        yield {"f": f, "least": np.zeros(3), "eta": eta, "x": x}
        for f in members.interpolants([201, 2], 3 if quick else 20, 1.0):
            if f.mu >= MU * f.beta:
                (least,) = f.locate()
                x = least + 2 * rng.normal(size=(n, 2))
                yield {"f": f, "least": least, "eta": eta, "x": x}
        yield from found(quick)

    return cases


def found(quick):
    """Of the search."""
    for method, mu, rho, eta in SEARCHED:
        if (method, mu, rho) == ("ssam", MU, RHO):
            f = searched(method, mu, rho, eta)
            yield {"f": f, "least": np.zeros(2), "eta": np.array([eta])} | {
                "x": f.points[1:2]
            }


def gd(f, least, eta, x):
    """GD's worst factor, squared."""
    return np.maximum(np.abs(1 - eta * MU), np.abs(1 - eta)) ** 2


def files(*names):
    """Of the kept proofs."""
    return lambda quick: [{"name": name} for name in names]


def n2():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, N2"}
    return Statement(
        id="N2",
        title="SSAM nears the minimiser far beyond USAM's limit",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="N2.run",
                says=r"$\mu = .1$, $\beta = \rho = 1$: $\lVert w^+-w^*\rVert^2 \le "
                r".9922\lVert w-w^*\rVert^2$ for $.05 \le \eta \le 1.7$; USAM's limit "
                r"is 1",
                relation="<=",
                measured=square,
                bound=lambda **_: 0.9922,
                cases=steps(0.05, MOST),
                within=of_the_class,
                tight=0.99,
                **shared,
            ),
            Claim(
                id="N2.proof",
                says="the same for every f of the class, proved in fractions",
                relation="<=",
                measured=lambda name: float(proofs.proved(name).factor ** 2),
                bound=lambda name: 0.9922,
                cases=files("n2"),
                within=lambda name: proofs.at(name) == (MU, 1.0, RHO, MOST),
                tight=0.9999,
                **shared,
            ),
            Claim(
                id="N2.rate",
                says=r"up to T14's limit $\bar\eta = 1.84$ the square is at most "
                r"$1-\mu^2\eta(\bar\eta-\eta)$ times as large",
                relation="<=",
                measured=square,
                bound=rate,
                cases=steps(0.001, 1.84),
                within=below_the_limit,
                loose="a quadratic's falls faster; the limit itself is sharp (T14)",
                **shared,
            ),
            Claim(
                id="N2.wider",
                says=r"SSAM contracts, proved in fractions: $\mu = .1$, $\rho \le 1$, "
                r"$.05 \le \eta \le 1.5$; $.3$, $\rho \le 2$, 1.7; $.2$, $\rho = .5$, "
                r"1.85; $.3$, 2, 1.7; $.5$, 3, 1.8",
                relation="<=",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=lambda name: 0.9999,
                cases=files(*proofs.names("n2")),
                within=lambda name: True,
                tight=0.9999,
                **shared,
            ),
            Claim(
                id="N2.slower",
                says=r"SSAM's worst case is slower than GD's at the same $\eta$: .5, "
                r"1, 1.5, 1.7",
                relation=">=",
                measured=square,
                bound=gd,
                cases=found,
                within=of_the_class,
                loose="how much slower is the finding: .862 against .81 at eta 1",
                **shared,
            ),
        ),
        code=("theory/proofs", "theory/fejer.py", "theory/worst.py"),
        notes="Multipliers of interpolation inequalities, in fractions, at both ends "
        "of the range; the ratio is convex in $\\eta$. Without strong convexity SSAM "
        "nears the minimiser up to $\\eta\\beta = 2\\sqrt{1+s}(2-\\sqrt{1+s})$, and "
        "for $s \\ge 3$ at no rate (T14).",
    )
