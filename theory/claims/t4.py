"""T4: on quadratics GD and USAM are linear maps, with two windows of stability."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.base import HeavyBall
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.methods.usam import USAM
from theory.quadratic import gd_edge, linear_radius, usam_edge, usam_is_stable
from theory.runs import last


def factor(eta, rho, lam):
    """One step from w = 1, at rho = 0 of GD."""
    start, oracle = np.ones_like(lam)[:, None], Quadratic(lam[:, None])
    return last(oracle, USAM(rho[:, None]), start, eta[:, None], 1).x[:, 0]


def formula(eta, rho, lam):
    r"""$1 - \eta\lambda(1+\rho\lambda)$."""
    return 1 - eta * lam * (1 + rho * lam)


def factors(quick):
    """Eigenvalues of either sign; a fifth of the radii are 0."""
    rng = np.random.default_rng(41)
    n = 300 if quick else 10_000
    rho = rng.uniform(0.01, 3, n) * (rng.uniform(size=n) > 0.2)
    yield {"eta": rng.uniform(0.01, 2, n), "rho": rho, "lam": rng.normal(size=n)}


def positive(eta, rho, **_):
    """Learning rates and radii make sense."""
    return (eta > 0) & (rho >= 0)


def contracts(eta, rho, lam, momentum):
    """Whether the step's matrix, run column by column, has spectral radius < 1."""
    return stable(lam, eta, rho, momentum).astype(float)


def stable(lam, eta, rho, momentum):
    """The same, the eigenvalue first."""
    method, base = USAM(rho[..., None]), HeavyBall(momentum[..., None])
    return linear_radius(method, base, eta, lam) < 1


def claimed(eta, rho, lam, momentum):
    r"""$0 < \lambda(1+\rho\lambda) < 2(1+\beta_m)/\eta$."""
    return usam_is_stable(eta, rho, lam, momentum).astype(float)


def settings(rng, n):
    """Random learning rates, radii and momenta (a third without)."""
    eta, rho = np.exp(rng.uniform(-3, 1, n)), np.exp(rng.uniform(-3, 2, n))
    momentum = rng.uniform(0, 0.99, n) * (rng.uniform(size=n) > 1 / 3)
    return {"eta": eta, "rho": rho, "momentum": momentum}


def anywhere(quick):
    """Eigenvalues in and around both windows."""
    rng = np.random.default_rng(42)
    at = settings(rng, 300 if quick else 10_000)
    reach = 1 / at["rho"] + usam_edge(at["eta"], at["rho"], at["momentum"])
    yield at | {"lam": rng.uniform(-1.5, 1.5, len(reach)) * reach}


def measured(eta, rho, momentum, edge):
    """The end of a window, bisected from its middle outwards."""
    width = usam_edge(eta, rho, momentum)
    middle = {"upper": 0.5, "inner": -0.5, "outer": -0.5}[edge] * width
    outside = {"upper": 2.0, "inner": 0.0, "outer": -2.0}[edge] * width
    shift = {"upper": 0.0, "inner": 1 / rho, "outer": 1 / rho}[edge]
    # From -1/rho inwards by half of 1/rho: between the windows nothing is stable.
    outside = outside - (0.5 if edge == "inner" else 1.0) * shift
    return bisect(
        lambda lam: stable(lam, eta, rho, momentum), middle - shift, outside, 1e-11
    )


def bound(eta, rho, momentum, edge):
    r"""The closed ends; the windows mirror one another in $-1/(2\rho)$."""
    c = gd_edge(eta, momentum)
    root = np.sqrt(1 + 4 * rho * c)
    return {
        "upper": (root - 1) / (2 * rho),
        "inner": -1 / rho,
        "outer": -(root + 1) / (2 * rho),
    }[edge]


def edges(quick):
    """Each of the three ends."""
    at = settings(np.random.default_rng(43), 50 if quick else 500)
    for edge in ("upper", "inner", "outer"):
        yield at | {"edge": edge}


def t4():
    """The statement."""
    return Statement(
        id="T4",
        title="on quadratics USAM is stable in two windows of curvature",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T4.multiplier",
                says=r"$w^+ = (1 - \eta\lambda(1+\rho\lambda))\,w$; GD at $\rho = 0$",
                expected="holds",
                measured=factor,
                bound=formula,
                cases=factors,
                within=positive,
                rtol=1e-12,  # rounding
                atol=1e-13,  # where the factor is near 0
                proof="paper_notes.md, T4",
            ),
            Claim(
                id="T4.stable",
                says=r"stable iff $0 < \lambda(1+\rho\lambda) < 2(1+\beta_m)/\eta$",
                expected="holds",
                measured=contracts,
                bound=claimed,
                cases=anywhere,
                within=positive,
                proof="paper_notes.md, T4",
            ),
            Claim(
                id="T4.edges",
                says=r"the windows end at $\frac{\pm\sqrt{1+8\rho(1+\beta_m)/\eta}-1}"
                r"{2\rho}$, and at $0$ and $-1/\rho$",
                expected="holds",
                measured=measured,
                bound=bound,
                cases=edges,
                within=positive,
                rtol=1e-10,  # the bracket is 1e-11 wide
                proof="paper_notes.md, T4",
            ),
        ),
        code=("theory/quadratic.py", "theory/methods/usam.py"),
        notes="The second window, $\\lambda < -1/\\rho$, is the trap of T6.",
    )
