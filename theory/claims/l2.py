"""L2: the flow of USAM is attracted by an index-1 saddle iff rho exceeds 1/m."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from landscapes.quadratic_regression import QuadraticRegression
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.methods.usam import USAM

TIME, SIZE = 30.0, 1e-6  # in units of 1/m; starts are so near that f'' is constant


def curved(H, a, Q):
    r"""A sum of two squares with the saddle 0, and the Hessian H there.

    $\frac12(1 + \frac12w^\top(H-aa^\top)w)^2 + \frac12(a^\top w + \frac12w^\top Qw)^2$:
    neither its third nor its fourth derivatives vanish.
    """
    return QuadraticRegression(
        y=np.array([1.0, 0.0]),
        G=np.stack([np.zeros_like(a), a]),
        Q=np.stack([H - np.outer(a, a), Q]),
    )


def flowed(f, rho, start, time):
    r"""The flow $\dot w = -\nabla f(w + \rho\nabla f(w))$; it is stiff."""
    method = USAM(rho)
    solved = solve_ivp(
        lambda t, w: -method.direction(w, (), f.gradient)[0],
        (0, time),
        start,
        method="LSODA",
        rtol=1e-9,
        atol=1e-9 * SIZE,
    )
    return solved.y[:, -1]


def approaches(rho, H, a, Q, start):
    """Whether the flow ends nearer to the saddle, along the descending direction."""
    lam, V = np.linalg.eigh(H)
    f, m, v = curved(H, a, Q), -lam[0], V[:, 0]
    # First the stiff directions die, then the slow one is compared with itself.
    early = flowed(f, rho, start, TIME / m / 3)
    if abs(v @ early) < 1e-2 * abs(v @ start):  # below it the solver's error shows
        return True
    return abs(v @ flowed(f, rho, early, TIME / m)) < abs(v @ early)


def measured(H, a, Q, start):
    """The radius, bisected, from which the flow approaches."""
    steep = np.abs(np.linalg.eigvalsh(H)).max(axis=-1)
    weak = np.abs(np.linalg.eigvalsh(H)).min(axis=-1)

    def leaves(rho):
        rows = zip(rho, H, a, Q, start, strict=True)
        return np.array([not approaches(*row) for row in rows])

    return bisect(leaves, 0.3 / steep, 3 / weak, 2e-3)


def bound(H, a, Q, start):
    r"""$1/\lvert\lambda_-\rvert$."""
    return -1 / np.linalg.eigvalsh(H)[:, 0]


def within(H, a, Q, start):
    """Index 1, nonsingular."""
    lam = np.linalg.eigvalsh(H)
    return (lam[:, 0] < 0) & (lam[:, 1] > 0)


def cases(quick):
    """Random rotated spectra in four dimensions."""
    rng = np.random.default_rng(201)
    n, d = (2, 4) if quick else (10, 4)
    lam = rng.uniform(0.3, 2, (n, d))
    lam[:, 0] *= -1
    V = np.linalg.qr(rng.normal(size=(n, d, d)))[0]
    H = (V * lam[:, None]) @ V.mT
    Q = rng.normal(size=(n, d, d))
    start = rng.uniform(0.3, 1, (n, d)) * rng.choice([-1, 1], (n, d))
    yield {
        "H": (H + H.mT) / 2,
        "a": 0.3 * rng.normal(size=(n, d)),
        "Q": Q + Q.mT,
        "start": SIZE * (V @ start[..., None])[..., 0],
    }


def l2():
    """The statement."""
    return Statement(
        id="L2",
        title="the flow of USAM is attracted by an index-1 saddle iff rho > 1/m",
        source="Kim et al., arXiv 2301.06308, Thm 1 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L2",
                says=r"an index-1 saddle, negative eigenvalue $\lambda_-$, attracts "
                r"$\dot w = -\nabla f(w+\rho\nabla f(w))$ iff "
                r"$\rho > 1/\lvert\lambda_-\rvert$",
                expected="holds",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                rtol=4e-3,  # the bracket is 2e-3 wide
                proof="paper_notes.md, L2",
            ),
        ),
        code=("theory/methods/usam.py", "landscapes/quadratic_regression.py"),
        notes="Nonsingular Hessian, $\\rho\\ne1/\\lvert\\lambda_-\\rvert$. The flow is "
        "stiff; the method needs $\\eta\\lambda(1+\\rho\\lambda)<2$ besides (T6), and "
        "SAM's trap is another (T7).",
    )
