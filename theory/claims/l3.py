"""L3: the edge of stability of SAM."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Statement
from theory.measured import edges
from theory.methods.sam import SAM
from theory.settling import bounced
from theory.spectra import rotated


def reported(eta, rho, size):
    r"""$\frac{\lVert g\rVert}{2\rho}(\sqrt{1 + 8\rho/(\eta\lVert g\rVert)} - 1)$."""
    return size / (2 * rho) * (np.sqrt(1 + 8 * rho / (eta * size)) - 1)


def aligned_factor(eta, rho, size):
    """The factor of one SAM step at the reported edge, g of this norm along v_1."""
    lam = reported(eta, rho, size)[:, None]
    w = size[:, None] / lam
    d, _, _ = SAM(rho[:, None]).direction(w, (), Quadratic(lam).gradient)
    return ((w - eta[:, None] * d) / w)[:, 0]


def factors(quick):
    """Learning rates, radii and gradient norms over decades."""
    rng, n = np.random.default_rng(3), 50 if quick else 5000
    eta, rho, size = 10 ** rng.uniform(-2, 1, (3, n))
    yield {"eta": eta, "rho": rho, "size": size}


def edge_in_the_cycle(eta, rho, lam, w, rotation):
    """The reported edge at the norm of g where SAM ends, spectra `(n, d)`."""
    _, end = bounced(eta, rho, lam, w, rotation)
    return reported(eta, rho, np.linalg.norm(end.g, axis=-1))


def l3():
    """The statement."""
    return Statement(
        id="L3",
        title="SAM trains at an edge of stability that depends on the gradient's norm",
        source="Long and Bartlett, arXiv 2309.12488",
        grade="B",
        claims=(
            Claim(
                id="L3.networks",
                says=r"under full-batch SAM the top eigenvalue comes within a tenth of "
                r"$\frac{\lVert g\rVert}{2\rho}(\sqrt{1 + 8\rho/(\eta\lVert "
                r"g\rVert)} - 1)$",
                expected="supported",
                measured=edges.settled,
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("SAM",)),
                within=lambda data, method, rho: rho > 0,
                rtol=0.1,  # networks hover above an edge, by some per cent
            ),
            Claim(
                id="L3.below",
                says=r"and this below $2/\eta$: top eigenvalue times $\eta/2$",
                expected="supported",
                relation="<=",
                measured=lambda **case: edges.settled(**case, edge="gd"),
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("SAM",)),
                within=lambda data, method, rho: rho > 0,
                tight=0.85,
            ),
            Claim(
                id="L3.formula",
                says=r"the edge is where $\eta\lambda(1 + \rho\lambda/\lVert g\rVert) "
                r"= 2$: a step turns an aligned gradient into its negative",
                expected="holds",
                measured=aligned_factor,
                bound=lambda eta, rho, size: -np.ones_like(eta),
                cases=factors,
                within=lambda eta, rho, size: (eta > 0) & (rho > 0) & (size > 0),
                rtol=1e-10,  # rounding: the square root less 1
                proof="paper_notes.md, T13",
                grade="T",
            ),
            Claim(
                id="L3.quadratics",
                says=r"on a positive-definite quadratic SAM ends in a cycle exactly on "
                r"this edge, for every $\eta\lambda_1 < 2$",
                expected="supported",
                measured=edge_in_the_cycle,
                bound=lambda lam, **_: lam[:, 0],
                cases=lambda quick: [rotated(33, 20 if quick else 400, 4)],
                within=lambda eta, lam, **_: (lam.min(1) > 0) & (eta * lam[:, 0] < 2),
                rtol=1e-10,  # rounding over the steps
                grade="N",
            ),
        ),
        code=("theory/quadratic.py", "theory/measured/edges.py"),
        reads=(edges.EXPERIMENT,),
        notes=(
            "On a quadratic agreement is an identity (T5, T12) and no evidence for "
            "networks. That almost every start ends in the cycle is not proved. "
            "Networks: " + edges.SETTING + "They settle above the edge, not on it. The "
            "edge takes the measured $\\lVert g\\rVert$, which a bouncing mode sets "
            "itself: near an identity there, too; that it lies below $2/\\eta$ is not. "
            "The formula's hypothesis, $g$ along $v_1$, fails."
        ),
    )
