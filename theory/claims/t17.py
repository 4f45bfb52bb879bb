"""T17: how far each method's runs part on neighbouring data sets, and whose least."""

from __future__ import annotations

from itertools import product

import numpy as np

from theory import better_bounds
from theory import stability_cases as seen
from theory import stability_steps as single
from theory.claim import Claim, Curve, Picture, Statement


def picture():
    """The bounds after many steps over the learning rate."""
    curves, eta, mu, rho = [], np.linspace(0.02, 1.98, 99), 0.25, 0.5
    for label in ("USAM", "SSAM"):
        part = eta if label == "USAM" else eta[::9]
        ratio = better_bounds.bound_over_plain(label, part, mu, 1.0, rho)
        shown = np.where(np.isfinite(ratio) & (ratio < 4), ratio, np.nan)
        curves.append(Curve(part, shown, label, method=label))
    edge = float(better_bounds.usam_gain_limit(mu, 1.0, rho))
    curves.append(Curve(np.array([edge, edge]), np.array([0.8, 3.9]), "edge", True))
    curves.append(Curve(np.array([0, 2.0]), np.ones(2), "SGD, and SSAM by T16", True))
    return Picture(
        r"stability over SGD's, $\kappa=4$, $\rho\beta=.5$",
        r"learning rate $\eta\beta$",
        "bound over SGD's",
        tuple(curves),
    )


PROVED = {"expected": "holds", "proof": "paper_notes.md, T17"}


def t17():
    """The statement."""
    return Statement(
        id="T17",
        title="stability of each method from its pair factor, and whose is least",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T17.distance",
                says=r"$E\lVert w_T-w_T'\rVert \le "
                r"\frac{b\eta X}{n}\frac{c^T-1}{c-1}$, projected, batches of b; SAM, "
                r"SSAM-N with GD's c and $2\eta\beta\rho$ a step more",
                relation="<=",
                measured=seen.distance,
                bound=seen.bound,
                cases=seen.projected,
                within=seen.convex,
                tight=0.9999,
                rtol=1e-12,  # rounding
                **PROVED,
            ),
            Claim(
                id="T17.data",
                says="the same on tumours, mini-batches of two out of eight",
                relation="<=",
                measured=seen.sampled,
                bound=seen.bound,
                cases=seen.tables,
                within=seen.tabled,
                runs=(60, 240),
                loose="the worst case over data; a sixth to a twelfth of it on these",
                **PROVED,
            ),
            Claim(
                id="T17.root",
                says=r"SAM on common batches: $\delta_{t+1}^2 \le \delta_t^2 + "
                r"\frac{4\eta\beta\rho^2}{2-\eta\beta}$ (convex, $\eta < 2/\beta$; "
                r"USAM with $\rho G$)",
                relation="<=",
                measured=single.side,
                bound=single.side_bound,
                cases=single.sides,
                within=lambda f, kind, eta, rho, w, v: eta * f.constants["beta"] < 2,
                tight=0.9999,
                rtol=1e-6,  # the pair lies 1e-7 about the minimum
                **PROVED,
            ),
            Claim(
                id="T17.linear",
                says=r"one example of a linear model with a ridge r: USAM's pair "
                r"factor is $\max(|1-\eta r(1+\rho r)|, |1-\eta L(1+\rho L)|)$, "
                r"$L = \tilde\beta + r$; without it SSAM's is SGD's",
                measured=single.one_example,
                bound=single.one_example_bound,
                cases=single.examples,
                within=single.known_example,
                rtol=1e-9,  # rounding of pairs 1e-4 apart
                **PROVED,
            ),
            Claim(
                id="T17.cancelled",
                says=r"on linear losses with a ridge USAM's runs part as GD's do at "
                r"$\eta(1+\rho r)$: at its end nothing is gained",
                measured=seen.given_up,
                bound=seen.carried,
                cases=lambda quick: [
                    {"steps": T, "eta": 0.2, "rho": rho, "ridge": 0.5}
                    for T, rho in ((3, 0.4), (8, 0.4), (8, 2.0))
                ],
                within=lambda steps, eta, rho, ridge: (
                    eta * ridge * (1 + rho * ridge) < 1
                ),
                rtol=1e-11,  # rounding
                **PROVED,
            ),
            Claim(
                id="T17.probability",
                says=r"$P(\lVert w_T-w_T'\rVert > \eta X\sum_{j<k}c^j) \le \delta$, "
                r"$P(B(T, \frac bn) > k) \le \delta$, $c \le 1$",
                relation="<=",
                measured=seen.exceeded,
                bound=lambda data, method, steps, eta, radius, delta: delta,
                cases=seen.probabilities,
                within=lambda data, method, steps, eta, radius, delta: delta < 1,
                tight=0.8,
                **PROVED,
            ),
            Claim(
                id="T17.average",
                says=r"$\frac1n\sum_iE\lVert w_T-w_T^{(i)}\rVert \le \frac{2\eta}n"
                r"\sum_tq^{T-1-t}E\frac1n\sum_i\lVert d_i(w_t)\rVert$, "
                r"$q = c - \frac{c-1}n$",
                relation="<=",
                measured=seen.on_average,
                bound=lambda **case: 1.0,
                cases=seen.averages,
                within=lambda method, values, ridge, steps, eta: eta * (1 + ridge) <= 2,
                tight=0.4,
                **PROVED,
            ),
            Claim(
                id="T17.nonconvex",
                says=r"L11's Theorem 3.8 with $\beta(1+\rho\beta)$ for $\beta$ (USAM), "
                r"$\beta\sqrt{1+(\frac{1+\rho\beta}{1-\rho\beta})^2}$ (SSAM, "
                r"$\rho\beta < 1$) and $\frac1n$ more: losses in [0, 1], $\eta_t \le "
                r"c/t$",
                relation="<=",
                measured=seen.changed,
                bound=seen.changed_bound,
                cases=seen.hills,
                within=lambda method, targets, c, steps: 2 * method.get("rho") < 1,
                tight=0.6,
                **PROVED,
            ),
            Claim(
                id="T17.gain",
                says=r"USAM's factor is below GD's iff $\eta$ is below the root of a "
                r"quadratic equation, or $2/(\beta b + \mu)$ (on its worst functions)",
                measured=single.gain_edge,
                bound=lambda mu, rho: better_bounds.usam_gain_limit(mu, 1.0, rho),
                cases=single.gain_edges,
                within=lambda mu, rho: rho < better_bounds.usam_gain_radius(mu, 1.0),
                rtol=1e-4,  # the bracket, and pairs whose gradients are 1e3 long
                **PROVED,
            ),
            Claim(
                id="T17.empty",
                says=r"... at no learning rate from $\rho\beta = \frac{4\mu}"
                r"{(1+\mu)(1-\mu-2\sqrt\mu)}$ on ($\beta = 1$); so never for $\mu = 0$",
                measured=single.gain_radius,
                bound=lambda mu, eta: better_bounds.usam_gain_radius(mu, 1.0),
                cases=lambda quick: [
                    {"mu": mu, "eta": 1e-3}
                    for mu in ((0.1,) if quick else (0.01, 0.05, 0.1, 0.15))
                ],
                within=lambda mu, eta: mu < 3 - 8**0.5,
                rtol=1e-2,  # of the order of eta
                **PROVED,
            ),
            Claim(
                id="T17.ssam",
                says=r"SSAM's factor is at least $\max(1-\eta\mu\frac ab, "
                r"\eta\beta\frac ba-1)$, more than GD's: its bound is nowhere better",
                measured=single.far_apart,
                bound=lambda mu, rho, eta: better_bounds.ssam_factor_at_least(
                    eta, mu, 1.0, rho
                ),
                cases=single.ssam_cases,
                within=lambda mu, rho, eta: rho > 0,
                rtol=1e-6,  # the pair's distance over how far out it is
                **PROVED,
            ),
            Claim(
                id="T17.ridge",
                says=r"one example of a linear model with a ridge r: USAM's factor is "
                r"below SGD's iff $\eta < 2/(L(1+\rho L)+r)$, for every $\rho$",
                measured=single.ridge_edge,
                bound=single.ridge_gain,
                cases=lambda quick: [
                    {"rho": rho, "ridge": r}
                    for rho, r in product((0.1, 1.0, 10.0), (0.01, 0.5))
                ],
                within=lambda rho, ridge: rho > 0 and ridge > 0,
                rtol=1e-5,  # the bracket
                **PROVED,
            ),
        ),
        code=("theory/step_factors.py", "theory/uniform.py", "theory/better_bounds.py"),
        notes=(
            "In general: USAM's bound is the smaller by up to $1+\\rho\\mu$ in a range "
            "of learning rates that is empty for convex losses and for large radii; "
            "SSAM's is never below SGD's; SAM has no pair factor, and by L10 no bound "
            "on its distance falls with n: $\\sqrt T$ is the true order. One example "
            "of a linear model at a time (T16) SSAM's bound is SGD's, and USAM's SGD's "
            "on a smaller range; with a ridge USAM's factor is the smaller at every "
            "$\\kappa$, but its directions are longer by as much: nothing is gained."
        ),
        combines=("L10", "N3.usam", "N3.ssam_plane", "T16"),
        picture=picture,
    )
