"""T13: up to which curvature a step along the top eigenvector contracts."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic, quadratic
from theory.base import gradient_descent
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.measured import edges
from theory.method import norm
from theory.methods import make
from theory.quadratic import gd_edge, usam_edge

SPREAD = np.array([1.0, 0.4, 0.1])  # the other eigenvalues, relative to the top one


def edge(method, eta, rho, size):
    r"""The top eigenvalue at which a step no longer shortens an aligned g, `(n,)`."""
    rule = make(method).having(rho=rho[:, None])
    Q = quadratic(SPREAD, rotate=13).rotation

    def shortens(lam):
        f = Quadratic(lam[:, None] * SPREAD, Q)
        w = (size / lam)[:, None] * Q[:, 0]
        d, g, _ = rule.direction(w, (), f.gradient)
        after = f.gradient(gradient_descent.update(w, d, (), eta[:, None])[0])
        return (norm(after) < norm(g))[:, 0]

    return bisect(shortens, 1e-6 / eta, 3 / eta, 1e-9)


def formula(method, eta, rho, size):
    r"""$2/\eta$, but the root of $\eta\lambda(1 + r\lambda) = 2$ for USAM and SAM."""
    if method == "usam":
        return usam_edge(eta, rho)
    return usam_edge(eta, rho / size) if method == "sam" else gd_edge(eta)


def cases(quick):
    """Learning rates, radii and gradient norms over decades."""
    rng, n = np.random.default_rng(13), 20 if quick else 500
    eta, rho, size = 10 ** rng.uniform(-3, 1, (3, n))
    for method in ("gd", "usam", "sam", "ssam", "ssam-n"):
        yield {"method": method, "eta": eta, "rho": rho, "size": size}


def t13():
    """The statement."""
    return Statement(
        id="T13",
        title="renormalised methods have gradient descent's own edge of stability",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T13.edges",
                says=r"where $g$ lies along the top eigenvector of a quadratic, the "
                r"edge of GD, SSAM and SSAM-N is $2/\eta$, USAM's $\frac{\sqrt{1 + "
                r"8\rho/\eta} - 1}{2\rho}$, SAM's that with $\rho/\lVert g\rVert$",
                expected="holds",
                measured=edge,
                bound=formula,
                cases=cases,
                within=lambda method, eta, rho, size: (eta > 0) & (size > 0),
                rtol=1e-8,  # the bracket's width
                proof="paper_notes.md, T13",
            ),
            Claim(
                id="T13.networks",
                says=r"trained at the edge, a network's top eigenvalue settles within "
                r"a tenth of $2/\eta$ under GD and SSAM, though $g$ is not aligned",
                expected="supported",
                measured=lambda **case: edges.settled(**case, edge="gd"),
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("GD", "SSAM")),
                within=lambda data, method, rho: True,
                rtol=0.1,  # networks hover above an edge, by some per cent
                grade="N",
            ),
            Claim(
                id="T13.normalised",
                says="and so under SSAM-N, at all radii",
                expected="refuted",
                measured=lambda **case: edges.settled(**case, edge="gd"),
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("SSAM-N",)),
                within=lambda data, method, rho: True,
                rtol=0.1,  # as above
                grade="N",
            ),
            Claim(
                id="T13.flatter",
                says=r"USAM and SAM settle below GD at the same $\eta$: top eigenvalue "
                r"over GD's",
                expected="supported",
                relation="<=",
                measured=edges.flatter,
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("USAM", "SAM")),
                within=lambda data, method, rho: rho > 0,
                tight=0.9,
                grade="N",
            ),
            Claim(
                id="T13.kept",
                says=r"SSAM keeps at most a fifth of what USAM flattens beyond GD at "
                r"the same $\eta$, $\rho$",
                expected="supported",
                relation="<=",
                measured=edges.share,
                bound=lambda **case: 0.2,
                cases=lambda quick: edges.cases(("SSAM",)),
                within=lambda data, method, rho: True,
                loose="at small radii hardly anything is flattened",
                grade="N",
            ),
            Claim(
                id="T13.kept_normalised",
                says="nor does SSAM-N keep more of what SAM flattens",
                expected="refuted",
                relation="<=",
                measured=edges.share,
                bound=lambda **case: 0.2,
                cases=lambda quick: edges.cases(("SSAM-N",)),
                within=lambda data, method, rho: True,
                loose="at the largest radius it is false",
                grade="N",
            ),
        ),
        code=("theory/quadratic.py", "theory/measured/edges.py"),
        reads=(edges.EXPERIMENT,),
        notes=(
            "$\\gamma = 1/(1 + r\\lambda)$ there, $r = \\rho$ or $\\rho/\\lVert "
            "g\\rVert$, cancels the factor of the ascent: SSAM gives up what SAM "
            "flattens beyond GD. Networks: "
            + edges.SETTING
            + "The hypothesis fails there ($\\lvert\\cos(g, v_1)\\rvert$ .2 to .4), "
            "the edge of SSAM holds all the same; SSAM-N's fails at large radii, where "
            "other modes set $\\gamma$."
        ),
    )
