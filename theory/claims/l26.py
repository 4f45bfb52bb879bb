"""L26: looking ahead shrinks the trap of SAM's flow, not the method's threshold."""

from __future__ import annotations

import numpy as np

from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.quadratic import bounce_threshold, weakest_descent
from theory.settling import last, leaving_rate, steepness
from theory.spectra import descends, in_trap, saddles, strong_top


def shrunk(rho, ahead, lam, g):
    r"""Bisected: up to which $\|Hw\|$ all directions g come nearer, in tiny steps."""
    m = weakest_descent(lam)

    def nearer(size):
        w, eta = size[..., None, None] * g / lam[:, None], 1e-4 / lam.max(axis=-1)
        args = lam[:, None], eta[:, None], rho[:, None], w, 30
        end = last("lookahead-sam", *args, eta_ahead=ahead[:, None, None])
        return (steepness(lam[:, None], end) < size[..., None]).all(axis=-1)

    return bisect(nearer, 0.05 * rho * m, 2 * rho * m, 1e-5, parts=17)


def trap(rho, ahead, lam, g):
    r"""$\rho m/(1+\eta' m)$."""
    m = weakest_descent(lam)
    return rho * m / (1 + ahead * m)


def directions(quick):
    """Any index; random directions and the weakest descending one."""
    for index, d in ((1, 3),) if quick else ((1, 2), (1, 4), (2, 4), (4, 5)):
        rng = np.random.default_rng([260, index, d])
        n = 20 if quick else 60
        lam = saddles(rng, n, d, index)
        g = rng.normal(size=(n, 8, d))
        g[:, 0] = lam == -weakest_descent(lam)[:, None]
        g /= np.sqrt((g**2).sum(axis=-1, keepdims=True))
        ahead = rng.uniform(0, 3, n) / lam[:, 0]
        yield {"rho": rng.uniform(0.1, 3, n), "ahead": ahead, "lam": lam, "g": g}


def threshold(rho, ahead, lam, w, who):
    """The learning rate, bisected, up to which all, or some, of the starts stay."""
    values = {"eta_ahead": ahead[:, None, None]}
    return leaving_rate("lookahead-sam", lam, rho, w, who, **values)


def traps(quick):
    r"""Starts in the flow's trap, $\eta'\lambda_+$ from 0 to .9."""
    for d in (2,) if quick else (2, 3, 4):
        for who in ("all", "some"):
            rng = np.random.default_rng([261, d])
            n = 5 if quick else 10
            lam, rho = saddles(rng, n, d, low=0.4), rng.uniform(0.1, 3, n)
            ahead = np.linspace(0, 0.9, n) / lam[:, 0]
            w = in_trap(rng, lam, trap(rho, ahead, lam, None), 4)
            yield {"rho": rho, "ahead": ahead, "lam": lam, "w": w, "who": who}


def bounces(rho, ahead, lam, w, who):
    r"""Index 1, $\lambda_+ > m$, $\eta'\lambda_+ < 1$."""
    return strong_top(lam) & (ahead * lam.max(axis=-1) < 1)


def l26():
    """The statement."""
    return Statement(
        id="L26",
        title="looking ahead shrinks the trap of SAM's flow at a saddle",
        source="Yu, Zhang, Kwok 2024 (Lookahead-SAM), as reported",
        grade="C",
        claims=(
            Claim(
                id="L26",
                says=r"with the ascent $(\frac{\rho}{\lVert g\rVert}-\eta')g$ the "
                r"flow's trap is $\lVert Hw\rVert < \frac{\rho m}{1+\eta'm}$",
                expected="holds",
                measured=shrunk,
                bound=trap,
                cases=directions,
                within=lambda rho, ahead, lam, g: descends(lam),
                # Bracket 1e-5; tiny steps, second order in 1e-4.
                rtol=1e-4,
                proof="paper_notes.md, L26",
            ),
            Claim(
                id="L26.method",
                says=r"the method, $\eta'\lambda_+<1$, index 1, $\lambda_+ > m$, still "
                r"stalls iff $\eta < \frac{2m}{\lambda_+(\lambda_++m)}$, SAM's",
                expected="supported",
                measured=threshold,
                bound=lambda rho, ahead, lam, w, who: bounce_threshold(lam),
                cases=traps,
                within=bounces,
                rtol=0.03,  # 1200 steps: just above it leaving takes longer
                grade="N",
            ),
        ),
        code=("theory/methods/lookahead_sam.py", "theory/quadratic.py"),
        notes="$m$ is the least size of a negative eigenvalue. In discrete steps the "
        "positive part bounces where $\\rho/\\lVert g\\rVert-\\eta'$ has SAM's value: "
        "looking ahead moves the cycle, not the learning rate at which it frees.",
    )
