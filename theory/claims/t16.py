"""T16: on generalised linear models, one example at a time, SSAM is SGD."""

from __future__ import annotations

import numpy as np

from landscapes.data import regression
from landscapes.draw import epoch, tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import interval
from theory.claim import Claim, Curve, Picture, Statement
from theory.iterate import iterate
from theory.linear_models import (
    PerExample,
    pair_limit,
    rate_limit,
    shifted,
    transformed,
    unmoved,
    written_out,
)
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM, SSAM_N
from theory.methods.usam import USAM
from theory.neighbours import Neighbours, tumours
from theory.noise import minibatches
from theory.runs import last
from theory.schedule import constant
from theory.stability import convex_stability

EVERY = [("breast_cancer", "logistic"), ("diabetes", "huber"), ("wine", "square")]
RISING = [*EVERY, ("diabetes", "log_square")]  # the last is not convex
SIGNED = [("breast_cancer", "logistic"), ("wine", "logistic")]


def start(runs, d):
    """Where all runs begin."""
    return np.tile(np.random.default_rng(16).normal(size=d) / d, (runs, 1))


def order(n, batch, steps):
    """The examples of each step, and of the evaluation at the end, `(T + 1, b)`."""
    return tau_nice(n, batch, np.random.default_rng([16, batch]), (steps + 1,))


def problem(data, name, ridge=0.0):
    """Regression on a whole table, or on the signs of its classes."""
    return FiniteSum(*regression(data), loss(name), ridge, name)


def run(method, data, name, ridge, batch, steps, rho, eta):
    """Last points of a method, coordinates first, `(d, runs)`."""
    f = problem(data, name, ridge)
    draws, x = order(f.n, batch, steps), start(len(rho), f.dim)
    method, eta = method.having(rho=rho[:, None]), eta[:, None]
    return last(f, method, x, eta, steps, sample=lambda t: f.sample(draws[t], t)).x.T


def sgd(shift):
    """Last points of SGD written out, on the losses that the method is said to see."""

    def bound(method, data, name, ridge, batch, steps, rho, eta):
        f = problem(data, name, ridge)
        draws, x = order(f.n, batch, steps)[:-1], start(len(rho), f.dim)
        return written_out(shift, f, x, rho, eta, draws).T

    return bound


def one_by_one(method, data, name, ridge, batch, steps, rho, eta):
    """No ridge; one example at a time, or averaged after.

    All losses here rise away from their minimum: l' keeps its sign along the ascent.
    """
    return ridge == 0 and (batch == 1 or isinstance(method, PerExample))


def grid(method, data, name, times=1.0):
    r"""Three radii times $\tilde\beta$ and three rates over the method's limit."""
    f = problem(data, name)
    curved = f.sample_smoothness.max()
    rho = np.repeat([0.01, 0.3, 5.0], 3) / curved
    eta = np.tile([0.05, 0.5, 0.95], 3) * times * rate_limit(method.label, curved, rho)
    return {"data": data, "name": name, "rho": rho, "eta": eta, "ridge": 0.0}


def grids(methods, names):
    """Real data; every method of the list, alone and example by example."""

    def cases(quick):
        for method in methods:
            for data, name in names[:1] if quick else names:
                steps = 100 if quick else 3000 if data == "breast_cancer" else 300
                given = grid(method, data, name)
                yield {"method": method, "batch": 1, "steps": steps} | given
            each = {"method": PerExample(method), "batch": 4, "steps": 60}
            yield each | grid(method, data, name)

    return cases


def far_beyond(quick):
    """The logistic loss lets no run diverge: 5 to 95 times SGD's pair limit."""
    for method in (SSAM(), SSAM_N()):
        given = grid(method, "breast_cancer", "logistic", times=100)
        yield {"method": method, "batch": 1, "steps": 100} | given


def beyond(quick):
    """Mini-batches as they are, and a ridge."""
    for method in (SSAM(), SSAM_N()):
        for batch, ridge in ((2, 0.0), (8, 0.0), (1, 0.1)):
            given = grid(method, "breast_cancer", "logistic") | {"ridge": ridge}
            yield {"method": method, "batch": batch, "steps": 40} | given


def known_rate(method, f, rho):
    r"""$2/\tilde\beta$, for USAM $2/(\tilde\beta(1+\rho\tilde\beta))$."""
    return rate_limit(method.label, f.sample_smoothness[:, 0], rho)


def pairs(quick):
    """Rows of a table as examples, rho bt from .1 to 10."""
    rows = regression("breast_cancer")[0][: 6 if quick else 60, None]
    radii = np.resize([0.1, 1.0, 10.0], len(rows)) / (rows[:, 0] ** 2).sum(axis=1)
    for name in ("square", "huber", "log_cosh", "logistic"):
        f = FiniteSum(rows, np.ones(rows.shape[:2]), loss(name))
        for method in (GD(), SAM(), USAM(), SSAM(), SSAM_N()):
            case = {"method": method, "f": f, "rho": radii}
            if covered(**case):
                yield case


def covered(method, f, rho):
    """SAM where l' keeps one sign; USAM where l' = 0 at the largest curvature."""
    signed = f.loss.name == "logistic"
    return signed if method.label == "SAM" else not (signed and method.label == "USAM")


def uncovered(quick):
    """SAM where l' changes sign; USAM on the logistic loss, which gives more."""
    by_loss = {case["f"].loss.name: case for case in pairs(quick)}
    yield by_loss["huber"] | {"method": SAM()}
    yield by_loss["logistic"] | {"method": USAM()}


def stability(method, data, x, eta, epochs, runs, seed, level):
    """What a loss changes with one sample, for every loss and every neighbour."""
    rng = np.random.default_rng([16, seed])
    epochs = [epoch(data.problem.n, 1, rng, (runs,)) for _ in range(epochs)]
    gaps = data.gaps(data.ends(method, x, constant(eta), np.concatenate(epochs)))
    return interval.mean(gaps, level / gaps[0].size)


def stability_bound(method, data, x, eta, epochs):
    r"""$2G^2\eta T/n$, $G = \max\|x_i\|$: $|\phi_i| \le 1$ as is $|l_i'|$."""
    n = data.problem.n
    return convex_stability(eta * epochs * n, data.lipschitz, n)


def stable_within(method, data, x, eta, epochs):
    """Learning rates up to the pair limit."""
    rho = method.get("rho")
    return eta <= rate_limit(method.label, data.smoothness, rho) * (1 + 1e-12)


def tables(quick):
    """Tumours; and two crossed directions, all margins far below 0, where l' = 1."""
    table = tumours(loss("logistic"), 6 if quick else 16)
    slanted = [np.repeat([[s, 0.01]], 8, axis=0) for s in (1.0, -1.0)]
    lines = [FiniteSum(X, np.ones(8), loss("logistic")) for X in slanted]
    for method, share in ((USAM(), 0.99), (SSAM(), 0.995), (SAM(), 0.995)):
        method = method.having(rho=1 / table.smoothness)
        eta = share * rate_limit(method.label, table.smoothness, method.get("rho"))
        case = {"data": table, "method": method, "eta": eta}
        yield case | {"x": np.zeros(table.problem.dim), "epochs": 1 if quick else 2}
        case = {"data": Neighbours(*lines, lines[1]), "method": method.having(rho=1.0)}
        far = np.array([0.0, -4000.0])
        yield case | {"x": far, "eta": 0.1, "epochs": 1 if quick else 3}


def picture():
    """How far SSAM is from SGD: nowhere with batches of one."""
    f, steps, curves = problem("breast_cancer", "logistic"), 1000, []
    eta, x = 1.0 / f.constants["beta_max"], start(1, f.dim)
    for batch, marker in ((1, "o"), (2, "s"), (8, "^")):
        sample = minibatches(f, batch, 1, (16, batch))
        both = (iterate(f, m, x, eta, steps, sample=sample) for m in (GD(), SSAM(0.3)))
        apart = [np.linalg.norm(a.x - b.x) for a, b in zip(*both, strict=True)]
        shown = np.maximum(apart, 1e-17)[1::50]
        label = f"batches of {batch}"
        t = np.arange(1, steps + 1, 50)
        curves.append(Curve(t, shown, label, method="SSAM", marker=marker))
    rounding = np.full(2, np.finfo(float).eps)
    line = Curve(np.array([1, steps]), rounding, "rounding", True)
    return Picture(
        "one example at a time SSAM is SGD",
        r"step $t$",
        r"$\|w_t^{\mathrm{SSAM}} - w_t^{\mathrm{SGD}}\|$",
        (*curves, line),
        log="y",
    )


# Rounding, carried on by non-expansive steps; coordinates near 0 by `atol`.
SAME = {"relation": "==", "rtol": 1e-9, "atol": 1e-11, "measured": run}
PROVED = {"expected": "holds", "proof": "paper_notes.md, T16"}


def t16():
    """The statement."""
    return Statement(
        id="T16",
        title="one example at a time, on linear models, SSAM is SGD",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T16.ssam",
                says=r"SSAM and SSAM-N with batches of one (or example by example, "
                r"then averaged) are SGD, step for step, for every $\rho$, $\eta$",
                bound=sgd(unmoved),
                cases=lambda quick: (
                    *grids((SSAM(), SSAM_N()), RISING)(quick),
                    *far_beyond(quick),
                ),
                within=one_by_one,
                outside=beyond,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.usam",
                says=r"USAM is SGD on the convex loss of derivative "
                r"$l_i'(z + \rho n_i l_i'(z))$",
                bound=sgd(transformed),
                cases=grids((USAM(),), EVERY),
                within=one_by_one,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.sam",
                says=r"where $l_i'$ keeps one sign SAM is SGD on "
                r"$l_i(z + \rho\sqrt{n_i}\,\mathrm{sign}\,l_i')$",
                bound=sgd(shifted),
                cases=grids((SAM(),), SIGNED),
                within=one_by_one,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.pairs",
                says=r"two runs never part on an example up to $\eta = "
                r"2/\tilde\beta$, $\tilde\beta = \beta n_i$ (SGD, SSAM; SAM where "
                r"$l_i'$ keeps one sign); USAM $2/(\tilde\beta(1+\rho\tilde\beta))$",
                measured=pair_limit,
                bound=known_rate,
                cases=pairs,
                within=covered,
                outside=uncovered,
                rtol=1e-4,  # curvature by points 1e-3 apart
                **PROVED,
            ),
            Claim(
                id="T16.stability",
                says=r"below it $\varepsilon \le 2G^2\eta T/n$ (logistic, "
                r"$G = \max\lVert x_i\rVert$)",
                relation="<=",
                measured=stability,
                bound=stability_bound,
                cases=tables,
                within=stable_within,
                runs=(400, 4000),
                tight=0.99,
                rtol=1e-9,  # rounding
                **PROVED,
            ),
        ),
        code=("theory/linear_models.py", "theory/stability.py"),
        notes=(
            "$g' = l_i'(z + \\rho n_i l_i'(z))x_i$ is a nonnegative multiple of "
            "$g = l_i'(z)x_i$, as $l_i'$ does not fall; renormalised it is g. It is "
            "enough that $l_i$ rises strictly away from its minimum. Mini-batches of "
            "two, or a ridge, destroy it. On the logistic loss USAM's limit is higher: "
            "$l_i''$ is largest where $l_i' \\ne 0$."
        ),
        picture=picture,
    )
