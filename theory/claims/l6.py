"""L6: which Hessian eigenvalues a limit of heavy-ball USAM can have."""

from __future__ import annotations

import numpy as np

from landscapes import load
from theory.base import HeavyBall
from theory.claim import Claim, Statement
from theory.methods import make
from theory.quadratic import gd_edge
from theory.runs import last

STEPS = 1200


def end(name, eta, rho, momentum, x):
    """The last state of every run; not finite where it diverged."""
    base, method = HeavyBall(momentum[:, None]), make("usam", rho=rho[:, None])
    return last(load(name), method, x, eta[:, None], STEPS, base=base)


def strengths(name, eta, rho, momentum, x):
    r"""$\lambda(1+\rho\lambda)$ at the limits, `(n, d)`."""
    lam = np.linalg.eigvalsh(load(name).hessian(end(name, eta, rho, momentum, x).x))
    return lam * (1 + rho[:, None] * lam)


def largest(name, eta, rho, momentum, x, slope):
    """The largest at each limit."""
    return strengths(name, eta, rho, momentum, x).max(axis=-1)


def least(name, eta, rho, momentum, x, slope):
    """The least at each limit."""
    return strengths(name, eta, rho, momentum, x).min(axis=-1)


def edge(name, eta, rho, momentum, x, slope):
    r"""$2(1+\beta_m)/\eta$."""
    return gd_edge(eta, momentum)


def critical(slope, **_):
    r"""$\nabla f = 0$ at the limit."""
    return slope < 1e-9


def limits(quick):
    """Random runs that came to rest, wherever that is."""
    names = ("double_well_saddle", "cosine", "himmelblau", "six_hump_camel")
    for name in names[: 1 if quick else 4]:
        rng = np.random.default_rng([61, len(name)])
        n, f = 60 if quick else 400, load(name)
        beta = max(np.abs(c.eigenvalues).max() for c in f.critical_points)
        at = {
            "eta": rng.uniform(0.05, 6, n) / beta,
            "rho": np.exp(rng.uniform(-4, 1, n)) / beta,
            "momentum": rng.uniform(0, 0.95, n) * (rng.uniform(size=n) > 0.3),
            "x": rng.uniform(*np.array(f.box).T, (n, f.dim)),
        }
        state = end(name, **at)
        with np.errstate(invalid="ignore"):
            rest = [np.abs(v).max(axis=-1) < 1e-12 for v in (state.d, *state.base)]
            resting = np.logical_and.reduce([np.isfinite(state.x).all(axis=-1), *rest])
        at["slope"] = np.abs(state.g).max(axis=-1)
        kept = resting & critical(at["slope"])
        yield {"name": name} | {key: value[kept] for key, value in at.items()}


def hallucinated(quick):
    """On the cosine USAM comes to rest where only the gradient ascended to vanishes."""
    at = {"eta": 0.5, "rho": 4.6292, "momentum": 0.0, "x": [7.7]}
    at = {key: np.array([value]) for key, value in at.items()}
    slope = np.abs(end("cosine", **at).g).max(axis=-1)
    yield {"name": "cosine"} | at | {"slope": slope}


def l6():
    """The statement."""
    return Statement(
        id="L6",
        title="limits of heavy-ball USAM are linearly stable, or no critical points",
        source="Bolte, Le, Pauwels, arXiv 2510.09034 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L6.upper",
                says=r"at a limit with $\nabla f = 0$, almost surely, "
                r"$\lambda(1+\rho\lambda) \le 2(1+\beta_m)/\eta$",
                expected="supported",
                relation="<=",
                measured=largest,
                bound=edge,
                cases=limits,
                within=critical,
                tight=0.9,
            ),
            Claim(
                id="L6.lower",
                says=r"and $\lambda(1+\rho\lambda) \ge 0$; not without $\nabla f = 0$",
                expected="supported",
                relation=">=",
                measured=least,
                bound=lambda eta, **_: np.zeros_like(eta),
                cases=limits,
                within=critical,
                outside=hallucinated,
                loose="minima need not be flat",
                atol=1e-12,  # rounding
            ),
        ),
        code=("theory/base.py", "theory/methods/usam.py"),
        notes="$f=\\cos$, $\\rho=4.6292$, $\\eta=.5$ comes to rest at 7.7416, where "
        "$f'=-.994$. $\\nabla f=0$ is automatic if $\\rho\\beta<1$. A negative "
        "$\\lambda\\le-1/\\rho$ satisfies both: a limit need not be a minimum (T6).",
    )
