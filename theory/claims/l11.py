"""L11: how far stochastic gradient descent parts on neighbouring data sets."""

from __future__ import annotations

import numpy as np
from sympy import tanh

from landscapes.data import classification
from landscapes.finite_sum import FiniteSum
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import ScalarLoss, Y, Z, loss
from landscapes.stable import sigmoid
from theory import interval
from theory.claim import Claim, Statement
from theory.methods.gd import GD
from theory.methods.usam import USAM
from theory.regimes import usam_pair_factor
from theory.schedule import constant, decreasing
from theory.stability import (
    convex_stability,
    expansion,
    loss_gaps,
    nonconvex_stability,
    pair_stability,
    partings,
)

# In [0, 1] and not convex: a hill, and a loss for classes.
BUMP = ScalarLoss("bump", 1 - tanh(Z - Y) ** 2, (-2.0, 2 / 3), 4 / 27**0.5)
SIGMOID = ScalarLoss("sigmoid", sigmoid(-Y * Z), (-(108**-0.5), 108**-0.5), 0.25)


def ratio(landscape, eta, mu, beta, w, v):
    """The distance after a gradient step over the one before."""
    after = [x - eta[:, None] * landscape.gradient(x) for x in (w, v)]
    return np.linalg.norm(np.subtract(*after), axis=1) / np.linalg.norm(w - v, axis=1)


def lemma(landscape, eta, mu, beta, w, v):
    """The expansion of the class."""
    return expansion(eta, mu, beta)


def in_range(landscape, eta, mu, beta, w, v):
    r"""$\eta \le 2/(\beta + \mu)$ for convex f, any eta otherwise."""
    return (mu < 0) | (eta * (beta + mu) <= 2)


def pairs(quick, beyond=False):
    """Random pairs on quadratics and on regression, within the range or at 2/beta."""
    rng, n = np.random.default_rng(11), 50 if quick else 2000
    for low in (-1.0, 0.0, 0.001, 0.3):
        if beyond and low <= 0:
            continue
        lam = rng.uniform(low, 1, (n, 3))
        lam[:, 0], lam[:, 2] = low, 1
        top = 2.0 if low < 0 else 2 / (1 + low)
        eta = np.full(n, 2.0) if beyond else rng.uniform(0, top, n)
        w, v = rng.normal(size=(2, n, 3))
        v[: n // 2] = w[: n // 2] + [1.0, 0.0, 0.0]  # apart along the worst
        if beyond:
            v = w + [0.0, 0.0, 1.0]
        sizes = {"mu": np.full(n, low), "beta": np.ones(n)}
        yield {"landscape": Quadratic(lam), "eta": eta, "w": w, "v": v} | sizes
    if beyond:
        return
    for name in ("logistic", "huber", "log_square"):
        X, y = (part[:40] for part in classification("breast_cancer"))
        f = FiniteSum(X, y, loss(name), 0.0 if name == "log_square" else 0.01)
        mu, beta = (np.full(n, f.constants[key]) for key in ("mu", "beta"))
        mu = np.where(mu < 0, mu, 0.01)
        w, v = rng.normal(size=(2, n, 30))
        eta = rng.uniform(0, 2, n) / (mu + beta)
        yield {"landscape": f, "eta": eta, "mu": mu, "beta": beta, "w": w, "v": v}


def sequences(n, steps):
    """All $n^T$ sequences of draws, `(T, runs, 1)`: an expectation without error."""
    return np.indices((n,) * steps).reshape(steps, -1, 1)


def last_points(problem, new, method, eta, steps, order):
    """Of the data set and its neighbours, from 0; eta falls as c / t if asked for."""
    plan = decreasing(eta[1]) if eta[0] == "c / t" else constant(eta[1])
    start = np.zeros(problem.dim)
    return partings(problem, new, method, start, None, order, plan)


def exact_gap(problem, new, test, method, eta, steps):
    """The largest expected difference of a loss, over samples and neighbours."""
    order = sequences(problem.n, steps)
    points = last_points(problem, new, method, eta, steps, order)
    return loss_gaps(test, points).mean(axis=0).max()


def sampled_gap(problem, new, test, method, eta, steps, runs, seed, level):
    """The same for every sample and neighbour, from random draws."""
    rng = np.random.default_rng([11, seed])
    order = rng.integers(problem.n, size=(steps, runs, 1))
    points = last_points(problem, new, method, eta, steps, order)
    return interval.mean(loss_gaps(test, points), level / problem.n / test.n)


def exact_distance(problem, new, test, method, eta, steps, factor):
    """The largest expected distance of the last points, times G: bounds the gap."""
    order = sequences(problem.n, steps)
    points = last_points(problem, new, method, eta, steps, order)
    distance = np.linalg.norm(points[1:] - points[0], axis=-1).mean(axis=1).max()
    return distance * lipschitz(problem, new)


def lipschitz(problem, new):
    r"""$\sup|l'|\max\|x_i\|$, twice it with a ridge: on the ball that holds the run.

    From 0, $\|w\| \le G/r$ for ever, so that the ridge adds at most G.
    """
    X = np.concatenate([problem.X, new[0]])
    largest = problem.loss.lipschitz * np.linalg.norm(X, axis=1).max()
    return largest * (2 if problem.ridge else 1)


def smoothness(problem, new):
    r"""$\sup|l''|\max\|x_i\|^2 + r$."""
    X = np.concatenate([problem.X, new[0]])
    largest = max(map(abs, problem.loss.curvatures))
    return largest * (X**2).sum(axis=1).max() + problem.ridge


def convex_bound(problem, new, test, method, eta, steps):
    r"""$\frac{2G^2}n\sum_t\eta_t$."""
    return convex_stability(eta[1] * steps, lipschitz(problem, new), problem.n)


def nonconvex_bound(problem, new, test, method, eta, steps):
    """Thm 3.8."""
    beta, G = smoothness(problem, new), lipschitz(problem, new)
    return nonconvex_stability(eta[1], beta, G, problem.n, steps)


def pair_bound(problem, new, test, method, eta, steps, factor):
    """From the pair factor."""
    G = lipschitz(problem, new)
    return pair_stability(factor, eta[1], G, problem.n, steps)


def convex_within(problem, new, test, method, eta, steps):
    r"""Convex, constant $\eta \le 2/\beta$."""
    steady = eta[0] == "constant" and eta[1] * smoothness(problem, new) <= 2
    return problem.loss.convex and steady


def nonconvex_within(problem, new, test, method, eta, steps):
    r"""In [0, 1], $\eta_t = c/t$."""
    return problem.loss in (BUMP, SIGMOID) and eta[0] == "c / t"


def pair_within(problem, new, test, method, eta, steps, factor):
    """A constant learning rate."""
    return eta[0] == "constant"


def line(scalar, y, new_y, test_y, x=1.0, ridge=0.0):
    """Samples of one feature x: a problem, those that replace its own, and tests."""
    y, new_y, test_y = (np.asarray(v, dtype=float) for v in (y, new_y, test_y))
    problem = FiniteSum(np.full((len(y), 1), x), y, scalar, ridge)
    test = FiniteSum(np.full((len(test_y), 1), x), test_y, scalar)
    return {
        "problem": problem,
        "new": (np.full((len(y), 1), x), new_y),
        "test": test,
        "method": GD(),
    }


def table(scalar, n):
    """The first n tumours, the next n to replace them, 20 more as tests."""
    X, y = classification("breast_cancer")
    X = X / np.linalg.norm(X, axis=1).max()
    problem = FiniteSum(X[:n], y[:n], scalar)
    test = FiniteSum(X[2 * n : 2 * n + 20], y[2 * n : 2 * n + 20], scalar)
    return {
        "problem": problem,
        "new": (X[n : 2 * n], y[n : 2 * n]),
        "test": test,
        "method": GD(),
    }


def convex_lines(quick):
    """Huber losses, in their linear part and around their kinks."""
    far = np.full(8, 100.0)
    yield line(loss("huber"), far, -far, [100]) | {"eta": ("constant", 2.0), "steps": 3}
    y = np.array([2.0, -1.0, 0.3, 0.0])
    for eta in (0.5, 2.0):
        given = {"eta": ("constant", eta), "steps": 4 if quick else 6}
        yield line(loss("huber"), y, -y, [-3, 0, 3]) | given
        yield line(loss("log_cosh"), y, -y, [-3, 0, 3]) | given


def hills(quick):
    r"""At the top of a hill; $\beta c$ large, then moderate."""
    tests = np.linspace(-2, 2, 9)
    for bc, n, steps in ((1e4, 40, 2), (100.0, 6, 4), (3.0, 4, 5), (0.3, 4, 5)):
        y, new_y = np.zeros(n), np.full(n, 0.6)
        yield line(BUMP, y, new_y, tests) | {"eta": ("c / t", bc / 2), "steps": steps}


def data(scalar, etas):
    """Real data, a table of n tumours; learning rates times beta."""

    def cases(quick):
        for kind, eta in etas:
            made = table(scalar, 8 if quick else 20)
            beta = smoothness(made["problem"], made["new"])
            steps = 15 if quick else 100
            yield made | {"eta": (kind, eta / beta), "steps": steps}

    return cases


def factors(quick):
    """GD with a ridge, c < 1; USAM on convex losses, c > 1 (N3), and beyond its edge.

    With the ridge the losses' own slopes stay 1 and -1: nothing but c shrinks.
    """
    steps, n = 8, 3
    y = np.array([100.0, -100.0, 100.0])
    given = {"eta": ("constant", 0.1), "steps": steps, "factor": 1 - 0.1}
    yield line(loss("huber"), y, -y, [0.0], ridge=1.0) | given
    for rho, eta in ((1.0, 0.5), (1.0, 1.2), (3.0, 0.2)):
        made = line(loss("log_cosh"), np.linspace(-1, 1, n), np.ones(n), [0.0])
        factor = float(usam_pair_factor(eta, 0.0, 1.0, rho))
        given = {"eta": ("constant", eta), "steps": steps, "factor": factor}
        yield made | given | {"method": USAM(rho)}


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
                measured=ratio,
                bound=lemma,
                cases=pairs,
                within=in_range,
                outside=lambda quick: pairs(quick, beyond=True),
                tight=0.9999,
                rtol=1e-12,  # rounding
                proof=f"{PAPER}, Lemma 3.6",
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
                cases=data(loss("logistic"), [("constant", 2.0), ("constant", 0.2)]),
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
                cases=data(SIGMOID, [("c / t", 10.0), ("c / t", 1.0)]),
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
                within=pair_within,
                tight=0.49,
                proof="paper_notes.md, L11",
                grade="T",
            ),
        ),
        code=("theory/stability.py",),
        notes=(
            "The three expansions are attained (the last as $\\mu/\\beta \\to 0$; the "
            "best factor there is $1 - \\eta\\mu$), the convex bound by linear losses. "
            "The non-convex bound is nearly attained on top of a hill, for $\\beta c$ "
            "so large that one draw of the odd sample ends the run."
        ),
    )
