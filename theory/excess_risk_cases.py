"""Runs that the statement on the excess risk is measured on, beside its bounds: T18."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import better_bounds, excess_risk, geometric, uniform
from theory.base import gradient_descent
from theory.bisect import bisect
from theory.iterate import iterate
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM, SSAM_N
from theory.methods.usam import USAM
from theory.neighbours import every_order

GAIN = (0.1, 0.3)  # mu and rho of the bisected edges, beta = 1


def path(f, method, order, eta, x):
    """The points before each of the steps, `(T, runs, d)`, one example a step."""
    start = np.broadcast_to(np.asarray(x, float), (order.shape[1], f.dim))
    last = len(order) - 1

    def sample(t):
        return f.sample(order[min(t, last)], t)

    states = iterate(f, method, start, eta, len(order), sample=sample)
    return np.stack([state.x for state in states])[:-1]


def left(f, method, steps, eta, x, best):
    """What is left of f at the points of a run, their mean, over all draws."""
    run = path(f, method, every_order(f.n, steps), eta, x)
    return f.value(run).mean() - f.value(np.asarray(best))


def left_bound(f, method, steps, eta, x, best):
    r"""$\frac{D^2}{2\eta T} + \frac{\eta G^2}2$ and the method's floor; G = 1."""
    rho, distance = float(method.get("rho", 0.0)), np.linalg.norm(np.subtract(x, best))
    sizes = {"mu": 0.0, "beta": 1.0, "lipschitz": 1.0, "start": distance}
    # No run leaves the ball about its start, of all its steps.
    sizes["reach"] = distance + eta * steps
    return excess_risk.noisy(method.label, eta=eta, rho=rho, steps=steps, **sizes)


def slopes(quick):
    """Long steps down one slope; targets on both sides; two features."""
    far = FiniteSum(np.ones((1, 1)), np.zeros(1), loss("huber"))
    case = {"f": far, "steps": 20, "eta": 1e3, "x": [2e4], "best": [0.0]}
    yield case | {"method": GD()}
    near = FiniteSum(np.ones((3, 1)), np.array([-1.0, 0.0, 1.0]), loss("huber"))
    both = FiniteSum(np.array([[1.0, 0.0], [0.6, 0.8]]), np.zeros(2), loss("huber"))
    for kind, rho in product((USAM, SAM, SSAM, SSAM_N), (0.1, 1.0)):
        case = {"method": kind(rho), "steps": 3 if quick else 6, "eta": 0.5}
        yield case | {"f": near, "x": [2.0], "best": [0.0]}
        yield case | {"f": both, "x": [1.0, -2.0], "best": [0.0, 0.0]}


def whole(f, method, steps, eta, x, best):
    """The same without noise."""
    start = np.asarray(x, dtype=float)[None]
    states = iterate(f, method, start, eta, steps, gradient_descent)
    values = np.array([f.value(state.x)[0] for state in states])
    return values[:-1].mean() - f.value(np.asarray(best, dtype=float))


def whole_bound(f, method, steps, eta, x, best):
    """`excess_risk.full_batch`."""
    rho, distance = float(method.get("rho", 0.0)), np.linalg.norm(np.subtract(x, best))
    given = {"eta": eta, "rho": rho, "beta": 1.0, "start": distance, "steps": steps}
    return excess_risk.full_batch(method.label, **given)


def in_limit(f, method, steps, eta, x, best):
    """Where it is proved."""
    rho = float(method.get("rho", 0.0))
    limit = excess_risk.full_batch_limit(method.label, 1.0, rho)
    return 0 < eta <= limit * (1 + 1e-12)


def descents(quick):
    """Down a slope for the whole run; across two Hubers."""
    far = FiniteSum(np.ones((1, 1)), np.zeros(1), loss("huber"))
    X = np.array([[1.0, 0.0], [0.6, 0.8]])
    both = FiniteSum(X, np.zeros(2), loss("huber"))
    for kind, rho in product((GD, USAM, SSAM, SAM), (0.1, 0.9, 2.0)):
        method = kind() if kind is GD else kind(rho)
        eta = 0.999 * float(excess_risk.full_batch_limit(method.label, 1.0, rho))
        steps = 100 if quick else 300
        case = {"method": method, "steps": steps, "eta": eta}
        yield case | {"f": far, "x": [steps * eta], "best": [0.0]}
        yield case | {"f": both, "x": [3.0, -40.0], "best": [0.0, 0.0]}


def excess(method, n, steps, eta):
    """Of the mean of -1 and 1, squares, all samples of n and all draws: exactly."""
    order, found = every_order(n, steps), []
    for y in product((-1.0, 1.0), repeat=n):
        f = FiniteSum(np.ones((n, 1)), np.array(y), loss("square"))
        w = path(f, method, order, eta, [1.0]).mean(axis=0)
        found.append((w**2 / 2).mean())  # the risk's least is at 0
    return np.mean(found)


def excess_bound(method, n, steps, eta):
    r"""G = 2 on [-1, 1], times $1+\rho$ for USAM; SAM may leave it by $\eta\rho$."""
    rho = float(method.get("rho", 0.0))
    longer = {"USAM": 2 * (1 + rho), "SAM": 2 + rho + eta * rho}
    sizes = {"mu": 0.0, "beta": 1.0, "lipschitz": longer.get(method.label, 2.0)}
    drawn = {"start": 1.0, "n": n, "steps": steps, "linear": method.label != "SAM"}
    return excess_risk.excess_risk(method.label, eta=eta, rho=rho, **sizes, **drawn)


def means(quick):
    """Three to five samples."""
    for method, (n, steps) in product(
        (GD(), USAM(0.3), SAM(0.3), SSAM(0.3)), ((3, 3), (4, 5))
    ):
        if quick and n > 3:
            continue
        yield {"method": method, "n": n, "steps": steps, "eta": 0.4}


def told(label, eta, steps, n):
    """Both parts without noise, G = 1, f(w_0) - f* = 1: the last point's."""
    mu, rho = GAIN
    rate = excess_risk.linear_rate(label, eta, mu, 1.0, rho)
    c = uniform.factor(label, eta, mu, 1.0, rho)
    return 2 * eta / n * geometric.geometric(c, steps) + rate**steps


def edge(steps, n):
    """The eta, bisected, from which on USAM's sum is not below GD's."""
    top = np.asarray(2 / (1 + GAIN[0]))

    def holds(eta):
        return told("USAM", eta, steps, n) < told("GD", eta, steps, n)

    return bisect(holds, 0.01 * top, top, 1e-9)


def edges(quick):
    """Few and many samples and steps."""
    for steps, n in product((1, 10, 1000), (2, 100, 10**6)):
        yield {"steps": steps, "n": n}


@cache
def crossed():
    """Where the stability bounds cross, and where the quadratics' rates do."""
    mu, rho = GAIN
    return float(better_bounds.usam_gain_limit(mu, 1.0, rho)), 2 / (1 + rho + mu)


def noisy_radius(mu, n):
    """The radius, bisected, up to which USAM's bound is below SGD's, T large."""
    eta, steps = 1e-3, 1e13
    sizes = {"eta": eta, "mu": mu, "beta": 1.0, "lipschitz": 1.0, "start": 1.0}

    def told(label, rho):
        return excess_risk.excess_risk(label, rho=rho, n=n, steps=steps, **sizes)

    top = np.asarray(8 / n)
    return bisect(lambda rho: told("USAM", rho) < told("GD", 0.0), top / 1e3, top, 1e-7)


def one_by_one(name, steps, eta, rho):
    """SSAM's mean risk on a table less SGD's, one example at a time, over all draws."""
    y = np.array([1.0, -1.0, 1.0])
    X = np.array([[1.0, 0.2], [0.3, -1.0], [-0.5, 0.5]])
    f, order = FiniteSum(X, y, loss(name)), every_order(3, steps)
    return f.value(path(f, SSAM(rho), order, eta, [0.0, 0.0]).mean(axis=0)).mean()


def sgd_one_by_one(name, steps, eta, rho):
    """SGD's, written out."""
    y = np.array([1.0, -1.0, 1.0])
    X = np.array([[1.0, 0.2], [0.3, -1.0], [-0.5, 0.5]])
    f, order = FiniteSum(X, y, loss(name)), every_order(3, steps)[..., 0]
    w, total = np.zeros((order.shape[1], 2)), 0.0
    for chosen in order:
        total = total + w
        rows = X[chosen]
        slope = f.loss.slope((w * rows).sum(axis=1), y[chosen])
        w = w - eta * slope[:, None] * rows
    return f.value(total / steps).mean()
