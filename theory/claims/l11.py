"""L11: how far stochastic gradient descent parts on neighbouring data sets."""

from __future__ import annotations

import numpy as np
from sympy import tanh

from landscapes.scalar_loss import ScalarLoss, Y, Z, loss
from landscapes.without_overflow import sigmoid
from theory import expansions, interval, proofs
from theory.claim import Claim, Statement
from theory.methods.gd import GD
from theory.methods.usam import USAM
from theory.neighbours import every_order, line, tumours
from theory.pair_factors import usam_pair_factor
from theory.schedule import constant, decreasing
from theory.stability import (
    convex_stability,
    expansion,
    nonconvex_stability,
    pair_stability,
)

# In [0, 1] and not convex: a hill, and a loss for classes.
BUMP = ScalarLoss("bump", 1 - tanh(Z - Y) ** 2, (-2.0, 2 / 3), 4 / 27**0.5)
SIGMOID = ScalarLoss("sigmoid", sigmoid(-Y * Z), (-(108**-0.5), 108**-0.5), 0.25)


def lemma(landscape, eta, mu, beta, w, v):
    """The expansion of the class."""
    return expansion(eta, mu, beta)


def in_range(landscape, eta, mu, beta, w, v):
    r"""$\eta \le 2/(\beta + \mu)$ for convex f, any eta otherwise."""
    return (mu < 0) | (eta * (beta + mu) <= 2)


def last_points(data, method, order, eta=None, c=None):
    """Of the data set and its neighbours, from 0, at a constant eta or at c/t."""
    plan = decreasing(c) if eta is None else constant(eta)
    return data.ends(method, np.zeros(data.problem.dim), plan, order)


def exact_gap(data, method, steps, **rate):
    """The largest expected difference of a loss, over samples and neighbours."""
    points = last_points(data, method, every_order(data.problem.n, steps), **rate)
    return data.gaps(points).mean(axis=0).max()


def sampled_gap(data, method, steps, runs, seed, level, **rate):
    """The same for every sample and neighbour, from random draws."""
    n, rng = data.problem.n, np.random.default_rng([11, seed])
    order = rng.integers(n, size=(steps, runs, 1))
    gaps = data.gaps(last_points(data, method, order, **rate))
    return interval.mean(gaps, level / gaps[0].size)


def exact_distance(data, method, steps, eta, factor):
    """The largest expected distance of the last points, times G: bounds the gap."""
    points = last_points(data, method, every_order(data.problem.n, steps), eta)
    distance = np.linalg.norm(points[1:] - points[0], axis=-1).mean(axis=1).max()
    return distance * data.lipschitz


def convex_bound(data, method, steps, eta):
    r"""$\frac{2G^2}n\sum_t\eta_t$."""
    return convex_stability(eta * steps, data.lipschitz, data.problem.n)


def nonconvex_bound(data, method, steps, c):
    """Thm 3.8."""
    sizes = data.smoothness, data.lipschitz, data.problem.n
    return nonconvex_stability(c, *sizes, steps)


def pair_bound(data, method, steps, eta, factor):
    """From the pair factor."""
    return pair_stability(factor, eta, data.lipschitz, data.problem.n, steps)


def convex_within(data, method, steps, eta):
    r"""Convex, $\eta \le 2/\beta$."""
    return data.problem.loss.convex and eta * data.smoothness <= 2


def nonconvex_within(data, method, steps, c):
    r"""In [0, 1]."""
    return data.problem.loss in (BUMP, SIGMOID)


def convex_lines(quick):
    """Huber losses, in their linear part and around their kinks."""
    far, sgd = np.full(8, 100.0), {"method": GD()}
    yield sgd | {"data": line(loss("huber"), far, -far, [100]), "steps": 3, "eta": 2.0}
    y = np.array([2.0, -1.0, 0.3, 0.0])
    for eta in (0.5, 2.0):
        for name in ("huber", "log_cosh"):
            data = line(loss(name), y, -y, [-3, 0, 3])
            yield sgd | {"data": data, "steps": 4 if quick else 6, "eta": eta}


def hills(quick):
    r"""At the top of a hill; $\beta c$ large, then moderate."""
    tests = np.linspace(-2, 2, 9)
    for bc, n, steps in ((1e4, 40, 2), (100.0, 6, 4), (3.0, 4, 5), (0.3, 4, 5)):
        data = line(BUMP, np.zeros(n), np.full(n, 0.6), tests)
        yield {"data": data, "method": GD(), "steps": steps, "c": bc / data.smoothness}


def real(scalar, rate, shares):
    """Real data; `shares` over beta is the rate, eta or c."""

    def cases(quick):
        data, steps = tumours(scalar, 8 if quick else 20), 15 if quick else 100
        for share in shares:
            step = {rate: share / data.smoothness}
            yield {"data": data, "method": GD(), "steps": steps} | step

    return cases


def factors(quick):
    """GD with a ridge, c < 1; USAM on convex losses, c > 1 (N3), and beyond its edge.

    With the ridge the losses' own slopes stay 1 and -1: nothing but c shrinks.
    """
    y, steps = np.array([100.0, -100.0, 100.0]), 8
    data = line(loss("huber"), y, -y, [0.0], ridge=1.0)
    case = {"data": data, "method": GD(), "steps": steps}
    yield case | {"eta": 0.1, "factor": 1 - 0.1}  # 1 - eta r
    data = line(loss("log_cosh"), np.linspace(-1, 1, 3), np.ones(3), [0.0])
    for rho, eta in ((1.0, 0.5), (1.0, 1.2), (3.0, 0.2)):
        factor = float(usam_pair_factor(eta, 0.0, 1.0, rho))
        case = {"data": data, "method": USAM(rho), "steps": steps}
        yield case | {"eta": eta, "factor": factor}


def files(quick):
    """Of the kept proofs."""
    return [{"name": name} for name in proofs.names("l11")]


def expanded(name):
    """The lemma's at a kept proof's numbers."""
    mu, beta, _, eta = proofs.at(name)
    return expansion(eta, mu, beta)


RANDOM = {
    "relation": "<=",
    "measured": sampled_gap,
    "runs": (400, 4000),
    "expected": "holds",
    "loose": "the worst case over all data",
}
EXACT = {"relation": "<=", "measured": exact_gap, "expected": "holds"}
PAPER = "arXiv 1509.01240"


def l11():
    """The statement."""
    return Statement(
        id="L11",
        title="SGD is stable: by how much a loss depends on one sample",
        source="Hardt, Recht and Singer, arXiv 1509.01240 (Lemma 3.6, Thm 3.7, 3.8)",
        grade="A",
        claims=(
            Claim(
                id="L11.expansion",
                says=r"a gradient step expands by at most $1 + \eta\beta$; 1 if f is "
                r"convex, $\eta \le 2/\beta$; $1 - \frac{\eta\beta\mu}{\beta+\mu}$ if "
                r"it is strongly convex, $\eta \le \frac2{\beta+\mu}$",
                expected="holds",
                relation="<=",
                measured=expansions.ratio,
                bound=lemma,
                cases=expansions.pairs,
                within=in_range,
                outside=expansions.too_fast,
                tight=0.9999,
                rtol=1e-12,  # rounding
                proof=f"{PAPER}, Lemma 3.6",
            ),
            Claim(
                id="L11.fractions",
                says=r"at single $\mu \ge 0$ and $\eta$ the best factor, $1-\eta\mu$, "
                r"proved in fractions, is no more than the lemma's",
                expected="holds",
                relation="<=",
                measured=lambda name: float(proofs.proved(name).factor),
                bound=expanded,
                cases=files,
                within=lambda name: True,
                tight=0.99,
                proof="paper_notes.md, L11",
                grade="T",
            ),
            Claim(
                id="L11.convex",
                says=r"$\varepsilon \le \frac{2G^2}n\sum_t\eta_t$ for convex losses, "
                r"$\eta_t \le 2/\beta$ (expectation over all $n^T$ draws)",
                bound=convex_bound,
                cases=convex_lines,
                within=convex_within,
                tight=0.9999,
                rtol=1e-12,  # rounding
                proof=f"{PAPER}, Thm 3.7",
                **EXACT,
            ),
            Claim(
                id="L11.convex_data",
                says="the same on real data",
                bound=convex_bound,
                cases=real(loss("logistic"), "eta", (2.0, 0.2)),
                within=convex_within,
                proof=f"{PAPER}, Thm 3.7",
                **RANDOM,
            ),
            Claim(
                id="L11.nonconvex",
                says=r"$\varepsilon \le \frac{1 + 1/(\beta c)}{n-1}(2cG^2)^"
                r"{\frac1{\beta c+1}}T^{\frac{\beta c}{\beta c+1}}$ for losses in "
                r"[0, 1], $\eta_t \le c/t$ (expectation over all $n^T$ draws)",
                bound=nonconvex_bound,
                cases=hills,
                within=nonconvex_within,
                tight=0.9,
                proof=f"{PAPER}, Thm 3.8",
                **EXACT,
            ),
            Claim(
                id="L11.nonconvex_data",
                says="the same on real data",
                bound=nonconvex_bound,
                cases=real(SIGMOID, "c", (10.0, 1.0)),
                within=nonconvex_within,
                proof=f"{PAPER}, Thm 3.8",
                **RANDOM,
            ),
            Claim(
                id="L11.pair",
                says=r"a method with pair factor c and directions at most G has "
                r"$\varepsilon \le G\,E\lVert w_T - w'_T\rVert \le "
                r"\frac{2G^2\eta}n\frac{c^T-1}{c-1}$",
                expected="holds",
                relation="<=",
                measured=exact_distance,
                bound=pair_bound,
                cases=factors,
                within=lambda factor, **_: factor > 0,
                tight=0.49,
                proof="paper_notes.md, L11",
                grade="T",
            ),
        ),
        code=("theory/stability.py", "theory/neighbours.py", "theory/proofs"),
        notes=(
            "The three expansions are attained (the last as $\\mu/\\beta \\to 0$; the "
            "best factor there is $1 - \\eta\\mu$), the convex bound by linear losses. "
            "The non-convex bound is nearly attained on top of a hill, for $\\beta c$ "
            "so large that one draw of the odd sample ends the run."
        ),
    )
