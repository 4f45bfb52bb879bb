"""N2: SSAM's step to the minimiser beyond USAM's limit."""

from __future__ import annotations

import numpy as np

from theory import members
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


def steps(quick):
    """Quadratics, interpolants, and the worst functions that a search found."""
    rng, n = np.random.default_rng(201), 50 if quick else 300
    f = members.spectra([201, 1], (n, 3), MU)
    yield {"f": f, "least": np.zeros(3)} | at(rng, rng.normal(size=(n, 3)))
    for f in members.interpolants([201, 2], 3 if quick else 20, 1.0):
        if f.mu >= MU * f.beta:
            (least,) = f.locate()
            x = least + 2 * rng.normal(size=(n, 2))
            yield {"f": f, "least": least} | at(rng, x)
    yield from found()


def at(rng, x):
    """Learning rates over the range."""
    return {"eta": rng.uniform(0.05, MOST, len(x)), "x": x}


def found():
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


def n2():
    """The statement."""
    return Statement(
        id="N2",
        title="SSAM nears the minimiser far beyond USAM's limit",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N2.seen",
                says=r"$\mu = .1$, $\beta = \rho = 1$: $\lVert w^+-w^*\rVert^2 \le "
                r".9999\lVert w-w^*\rVert^2$ for $.05 \le \eta \le 1.7$; USAM's limit "
                r"is 1",
                expected="supported",
                relation="<=",
                measured=square,
                bound=lambda **_: 0.9999,
                cases=steps,
                within=of_the_class,
                tight=0.9,
            ),
            Claim(
                id="N2.slower",
                says="SSAM's worst case is slower than GD's at the same learning rate",
                expected="supported",
                relation=">=",
                measured=square,
                bound=gd,
                cases=lambda quick: found(),
                within=of_the_class,
                loose="how much slower is the finding: .862 against .81 at eta 1",
            ),
            Claim(
                id="N2.proof",
                says="the same for every f of the class, in exact arithmetic",
                expected="open",
                waits="semidefinite programmes: rational certificates over boxes of "
                "(eta, gamma)",
            ),
        ),
        code=("theory/worst.py", "theory/regimes.py"),
        notes="Without strong convexity SSAM nears the minimiser up to "
        "$\\eta\\beta = 2\\sqrt{1+s}(2-\\sqrt{1+s})$, and for $s \\ge 3$ at no rate "
        "(T14).",
    )
