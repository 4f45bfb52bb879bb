"""T18: excess risk, as stability plus optimisation error."""

from __future__ import annotations

from itertools import product

import numpy as np

from theory import better_bounds
from theory import excess_risk_cases as seen
from theory.claim import Claim, Curve, Picture, Statement


def picture():
    """Stability plus optimisation over the learning rate, without noise."""
    steps, n = 40, 50
    eta, curves = np.linspace(0.05, 1.9, 75), []
    for label in ("GD", "USAM", "SSAM"):
        part = eta if label != "SSAM" else eta[::6]
        shown = seen.told(label, part, steps, n)
        shown = np.where(shown < 2, shown, np.nan)
        curves.append(Curve(part, shown, label, method=label))
    ends = ("T17's edge", "edge of quadratics")
    for at, word in zip(seen.crossed(), ends, strict=True):
        curves.append(Curve(np.full(2, at), np.array([0.3, 2.0]), word, True))
    return Picture(
        r"stability plus optimisation, $\kappa=10$, $\rho\beta=.3$",
        r"learning rate $\eta\beta$",
        "bound on the excess risk",
        tuple(curves),
        log="y",
    )


PROVED = {"expected": "holds", "proof": "paper_notes.md, T18"}


def t18():
    """The statement."""
    return Statement(
        id="T18",
        title="excess risk: stability plus optimisation, and whose bound is least",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T18.noisy",
                says=r"$Ef(\bar w)-f(w^*) \le \frac{D^2}{2\eta T}+\frac{\eta G^2}2$ "
                r"and $\frac{\beta\rho^2}2$ (SAM), $\frac{\beta\rho^2G^2}2$ (USAM), "
                r"$GW\sqrt{2(1-C)}$ (SSAM), $W\beta\rho$ (SSAM-N) more",
                relation="<=",
                measured=seen.left,
                bound=seen.left_bound,
                cases=seen.slopes,
                within=lambda f, method, steps, eta, x, best: f.loss.convex,
                tight=0.999,
                rtol=1e-12,  # rounding
                **PROVED,
            ),
            Claim(
                id="T18.full",
                says=r"without noise $\frac1T\sum f(w_t)-f^* \le \frac{D^2}{2\eta T}$: "
                r"GD $\eta \le \frac1\beta$, USAM $\frac1\beta(1-\frac{s^2}{1+2s})$; "
                r"SSAM $1+s$ times that; SAM $\frac{\beta\rho^2}2$ more",
                relation="<=",
                measured=seen.whole,
                bound=seen.whole_bound,
                cases=seen.descents,
                within=seen.in_limit,
                tight=0.99,
                rtol=1e-12,  # rounding
                **PROVED,
            ),
            Claim(
                id="T18.excess",
                says=r"$ER(\bar w)-R(w^*)$ is at most stability plus optimisation "
                "(means of n signs, all data sets and draws)",
                relation="<=",
                measured=seen.excess,
                bound=seen.excess_bound,
                cases=seen.means,
                within=lambda method, n, steps, eta: (
                    eta * (1 + method.get("rho")) < 1
                    if method.label != "GD"
                    else eta < 1
                ),
                loose="worst case over data: squares are far from their G",
                **PROVED,
            ),
            Claim(
                id="T18.edge",
                says=r"without noise, $\kappa = 10$: USAM's sum is below GD's up to "
                "T17's edge at least, whatever T and n",
                relation=">=",
                measured=seen.edge,
                bound=lambda steps, n: seen.crossed()[0],
                cases=seen.edges,
                within=lambda steps, n: steps >= 1,
                tight=0.999,
                rtol=1e-8,  # the bracket
                **PROVED,
            ),
            Claim(
                id="T18.end",
                says=r"... and nowhere beyond $2/(\beta b+\mu)$",
                relation="<=",
                measured=seen.edge,
                bound=lambda steps, n: seen.crossed()[1],
                cases=seen.edges,
                within=lambda steps, n: steps >= 1,
                tight=0.999,
                rtol=1e-8,  # the bracket
                **PROVED,
            ),
            Claim(
                id="T18.radius",
                says=r"with noise, as T grows: USAM's bound is below SGD's iff "
                r"$\rho(1+\rho\mu) < \frac4{n\beta}$ (small $\eta$)",
                measured=seen.noisy_radius,
                bound=lambda mu, n: better_bounds.noisy_gain_radius(mu, 1.0, n),
                cases=lambda quick: [
                    {"mu": mu, "n": n} for mu, n in product((0.1, 0.5), (100, 10**4))
                ],
                within=lambda mu, n: n > 1,
                rtol=1e-5,  # the bracket, and what T leaves
                **PROVED,
            ),
            Claim(
                id="T18.linear",
                says="one example of a linear model at a time SSAM has SGD's excess "
                r"risk, at every $\eta$, $\rho$, and its bound",
                measured=seen.one_by_one,
                bound=seen.sgd_one_by_one,
                cases=lambda quick: [
                    {"name": name, "steps": 4, "eta": eta, "rho": 2.0}
                    for name, eta in product(("logistic", "huber"), (0.5, 20.0))
                ],
                within=lambda name, steps, eta, rho: rho > 0,
                rtol=1e-11,  # rounding
                **PROVED,
            ),
        ),
        code=("theory/excess_risk.py", "theory/better_bounds.py"),
        notes=(
            "Convex losses: SGD's bound is the least at every learning rate, "
            "$DG\\sqrt{1/T+2(T-1)/(nT)}$ at its best; SAM's and USAM's have a floor "
            "more. $\\mu > 0$: without noise USAM's is below GD's up to T17's edge, "
            "because it contracts more; with noise only for radii up to about "
            "$4/(n\\beta)$, and then by at most about $2G^2/(n^2\\beta)$. SSAM's is "
            "nowhere below GD's. One example of a linear model at a time SSAM's is "
            "SGD's, and below USAM's. All at a common G; see T17.cancelled."
        ),
        combines=("T17",),
        picture=picture,
    )
