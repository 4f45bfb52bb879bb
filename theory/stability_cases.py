"""Runs and functions that the statement on stability is measured on: T17."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from sympy import tanh

from landscapes.draw import tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.log_cosh import log_cosh
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import ScalarLoss, Y, Z, loss
from theory import better_bounds, interval, pairs, step_factors, uniform
from theory.bisect import bisect
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM, SSAM_N
from theory.methods.usam import USAM
from theory.neighbours import Neighbours, every_order, line, tumours
from theory.schedule import decreasing
from theory.stability import pair_stability
from theory.stability_runs import constants, every_batch, expected_distance, points

# In [0, 1] and not convex: a hill.
BUMP = ScalarLoss("bump", 1 - tanh(Z - Y) ** 2, (-2.0, 2 / 3), 4 / 27**0.5)
EVERY = (GD, USAM, SAM, SSAM, SSAM_N)


def made(kind, rho):
    """A method at a radius."""
    return kind() if kind is GD else kind(rho)


def plane(name, ridge, n=3):
    """Samples of two features, and those that replace them."""
    rng = np.random.default_rng([17, n])

    def samples():
        X, y = rng.normal(size=(n, 2)), rng.choice([-1.0, 1.0], n)
        return FiniteSum(X / np.linalg.norm(X, axis=1)[:, None], y, loss(name), ridge)

    return Neighbours(samples(), samples(), samples())


def distance(data, method, batch, steps, eta, radius):
    """The expected distance after T steps, over all draws."""
    order = every_batch(data.problem.n, batch, steps)
    return expected_distance(points(data, method, order, eta, radius)[-1])


def bound(data, method, batch, steps, eta, radius):
    """T17's."""
    rho, sizes = float(method.get("rho", 0.0)), constants(data, method, radius, batch)
    drawn = {"n": data.problem.n, "steps": steps, "batch": batch}
    return uniform.distance(method.label, eta=eta, rho=rho, **sizes, **drawn)


def convex(data, method, batch, steps, eta, radius):
    """Convex; SSAM's factor is proved in the plane."""
    return data.problem.loss.convex and data.problem.dim <= 2


def tabled(data, method, batch, steps, eta, radius):
    """Convex; of SSAM's factor, numerical in space, the bound has no need here."""
    return data.problem.loss.convex


def projected(quick):
    """Huber losses far from their kinks; planes with and without a ridge."""
    far = np.array([50.0, 50.0, 50.0])
    data = line(loss("huber"), far, -far, [0.0])
    case = {"radius": 40.0, "steps": 4, "eta": 2.0, "batch": 1, "data": data}
    yield case | {"method": GD()}
    yield case | {"method": GD(), "batch": 2}
    for kind, ridge, batch in product(EVERY, (0.0, 0.5), (1, 2)):
        if quick and (ridge, batch) == (0.0, 2):
            continue
        data = plane("log_cosh", ridge)
        case = {"data": data, "method": made(kind, 0.3), "batch": batch}
        yield case | {"steps": 3 if quick else 5, "eta": 0.6, "radius": 2.0}


def sampled(data, method, batch, steps, eta, radius, runs, seed, level):
    """The distance for every neighbour, from random draws."""
    n, rng = data.problem.n, np.random.default_rng([17, seed])
    order = np.stack([tau_nice(n, batch, rng, (runs,)) for _ in range(steps)])
    ends = points(data, method, order, eta, radius)[-1]
    apart = np.linalg.norm(ends[1:] - ends[0], axis=-1)
    return interval.mean(apart.T, level / n)


def tables(quick):
    """Tumours, with a ridge and without, on mini-batches."""
    table, n = tumours(loss("logistic"), 8), 8
    for kind, ridge in product(EVERY, (0.1,) if quick else (0.0, 0.1)):
        parts = (replace(f, ridge=ridge) for f in (table.problem, table.new))
        case = {"data": Neighbours(*parts, table.test), "method": made(kind, 0.3)}
        yield case | {"batch": n // 4, "steps": 30, "eta": 1.0, "radius": 2.0}


def side(f, kind, eta, rho, w, v):
    r"""$\sqrt{\delta_{t+1}^2 - \delta_t^2}$ of a pair's step, 0 if it nears."""
    d, e = (made(kind, rho).direction(x, (), f.gradient)[0] for x in (w, v))
    grown = ((w - v - eta * (d - e)) ** 2 - (w - v) ** 2).sum(axis=-1)
    return np.sqrt(np.maximum(grown, 0)).max()


def side_bound(f, kind, eta, rho, w, v):
    """T17's; USAM's ascent is as long as rho times the longest gradient there."""
    longest = np.linalg.norm(f.gradient(np.concatenate([w, v])), axis=-1).max()
    reach = rho * longest if kind is USAM else rho
    return step_factors.spread(eta, f.constants["beta"], reach)


def sides(quick):
    """About the minimum of a parabola; random pairs of a sum of log-cosh."""
    near = np.array([[1e-7]])
    f = Quadratic(np.array([1.0]))
    for eta in (0.3, 1.0, 1.7):
        case = {"f": f, "kind": SAM, "eta": eta, "rho": 0.5}
        yield case | {"w": near, "v": -near}
    f, rng = log_cosh(), np.random.default_rng(17)
    beta = f.constants["beta"]
    for kind, share in product((SAM, USAM), (0.5, 1.0, 1.8)):
        w, v = rng.normal(size=(2, 200 if quick else 4000, f.dim))
        case = {"f": f, "kind": kind, "eta": share / beta, "rho": 0.7}
        yield case | {"w": w, "v": w + 0.3 * (v - w)}


def one_example(kind, name, ridge, rho, eta):
    """How much one example of two features parts pairs, along and across."""
    f = FiniteSum(np.array([[1.0, 0.0]]), np.zeros(1), loss(name), ridge)
    z = np.linspace(-6, 6, 481)[:, None]
    found = []
    for D in np.eye(2) * 1e-4:
        w = z * np.array([1.0, 0.0])
        d, e = (made(kind, rho).direction(x, (), f.sample([0]))[0] for x in (w, w + D))
        found.append(np.linalg.norm(D - eta * (e - d), axis=1).max() / 1e-4)
    return max(found)


def one_example_bound(kind, name, ridge, rho, eta):
    """`uniform.linear_factor`."""
    return uniform.linear_factor(kind().label, eta, 1.0, rho, ridge)


def known_example(kind, name, ridge, rho, eta):
    """With a ridge SSAM is not SGD."""
    return ridge == 0 or kind in (GD, USAM)


def examples(quick):
    """Learning rates on both sides of the best, with a ridge and without."""
    for kind, ridge, rho, eta in product(
        (GD, USAM), (0.0, 0.1, 1.0), (0.2, 2.0), (0.1, 0.6, 1.5)
    ):
        case = {"kind": kind, "name": "huber", "ridge": ridge, "rho": rho, "eta": eta}
        yield case
    for kind, eta in product((SSAM, SSAM_N), (0.5, 2.5)):
        case = {"kind": kind, "name": "huber", "ridge": 0.0, "rho": 0.5, "eta": eta}
        yield case


def given_up(steps, eta, rho, ridge):
    """USAM on linear losses with a ridge, the expected distance."""
    far = np.array([50.0, -50.0])
    data = line(loss("huber"), far, -far, [0.0], ridge)
    order = every_batch(2, 1, steps)
    return expected_distance(points(data, USAM(rho), order, eta, 1e9)[-1])


def carried(steps, eta, rho, ridge):
    r"""GD's at $\eta(1+\rho r)$, slopes 1."""
    faster = eta * (1 + rho * ridge)
    # Half the bound: the ridge's part of the directions cancels, 2 slopes are left.
    return pair_stability(1 - faster * ridge, faster, 1.0, 2, steps)


def exceeded(data, method, steps, eta, radius, delta):
    """The probability that the distance exceeds its bound, over all draws."""
    order = every_batch(data.problem.n, 1, steps)
    ends = points(data, method, order, eta, radius)[-1]
    rho, sizes = float(method.get("rho", 0.0)), constants(data, method, radius)
    most = uniform.almost_sure(
        method.label, delta=delta, eta=eta, rho=rho, n=data.problem.n, steps=steps,
        **sizes,
    )  # fmt: skip
    apart = np.linalg.norm(ends[1:] - ends[0], axis=-1)
    return (apart > most * (1 + 1e-12)).mean(axis=1).max()


def probabilities(quick):
    """Linear losses, where the distance counts the hits; a plane."""
    far = np.full(3, 100.0)
    data = line(loss("huber"), far, -far, [0.0])
    for delta in (0.1, 0.3):
        case = {"data": data, "method": GD(), "steps": 8, "eta": 2.0}
        yield case | {"radius": 90.0, "delta": delta}
    for kind in (USAM, SAM, SSAM):
        case = {"data": plane("log_cosh", 0.5), "method": made(kind, 0.3), "steps": 5}
        yield case | {"eta": 0.6, "radius": 2.0, "delta": 0.1}


def on_average(method, values, ridge, steps, eta):
    """The distance over the bound that the run's own directions give, all expected.

    Over all data sets of three targets out of some, replacements drawn alike, and all
    draws of the batches.
    """
    targets = np.array(list(product(values, repeat=3)))
    order, apart, norms = every_batch(3, 1, steps), [], []
    for y, new in product(targets, values):
        data = line(loss("log_cosh"), y, np.full(3, new), [0.0], ridge)
        run = points(data, method, order, eta, 1e9)
        apart.append(np.abs(run[-1, 1:] - run[-1, 0]).mean())
        each = (data.problem.sample([i]) for i in range(3))
        norms.append(
            [np.abs(method.direction(run[:-1, 0], (), f)[0]).mean((1, 2)) for f in each]
        )
    m, rho = np.mean(norms, axis=(0, 1)), float(method.get("rho", 0.0))
    sizes = {"eta": eta, "rho": rho, "mu": ridge, "beta": 1 + ridge, "n": 3}
    return np.mean(apart) / uniform.on_average(m, method.label, **sizes)


def averages(quick):
    """Targets far and near the start."""
    values, steps = ((-1.0, 2.0), 2) if quick else ((-1.0, 0.0, 2.0), 4)
    for method, ridge in product((GD(), USAM(0.5)), (0.0, 0.3)):
        case = {"method": method, "values": values, "ridge": ridge, "eta": 0.5}
        yield case | {"steps": steps}


def changed(method, targets, c, steps):
    """The largest expected change of a loss by one sample, over all draws."""
    zero = np.zeros(targets)
    data = line(BUMP, zero, zero + 0.6, np.linspace(-2, 2, 9))
    order = every_order(targets, steps)
    return data.gaps(data.ends(method, np.zeros(1), decreasing(c), order)).mean(0).max()


def changed_bound(method, targets, c, steps):
    """L11's with the method's expansion."""
    rho = float(method.get("rho", 0.0))
    sizes = {"beta": 2.0, "lipschitz": BUMP.lipschitz, "n": targets, "steps": steps}
    return uniform.nonconvex(method.label, c=c, rho=rho, **sizes)


def hills(quick):
    """At the top of hills, one of which is elsewhere on the neighbour."""
    for method in (USAM(0.1), SSAM(0.1)):
        for c, targets, steps in ((5e3, 40, 2), (1.5, 4, 5)):
            case = {"method": method, "targets": targets, "c": c, "steps": steps}
            yield case


def gain_edge(mu, rho):
    """The eta, bisected, from which on USAM's steps part its worst pair more than GD's.

    Brackets between a thousandth of the rate and GD's best.
    """

    def holds(eta):
        f = pairs.usam_pair(float(eta), mu, rho)
        return pairs.apart("usam", rho, f, f.points[:2], eta) < 1 - eta * mu

    return bisect(holds, np.array(1e-2), np.array(2 / (1 + mu)), 1e-6)


def gain_edges(quick):
    """Curvatures and radii, quadratics the worst and not."""
    grid = ((0.1, 1.0), (0.3, 1.0), (0.1, 0.3), (0.02, 0.02), (0.5, 3.0))
    return [{"mu": mu, "rho": rho} for mu, rho in (grid[:2] if quick else grid)]


def gain_radius(mu, eta):
    """The radius, bisected, from which on it is so at a small learning rate."""

    def holds(rho):
        f = pairs.usam_pair(eta, mu, float(rho))
        return pairs.apart("usam", float(rho), f, f.points[:2], eta) < 1 - eta * mu

    high = np.array(3 * better_bounds.usam_gain_radius(mu, 1.0))
    return bisect(holds, high / 300, high, 1e-6)


def far_apart(mu, rho, eta):
    """SSAM's on diag(1, mu), far out along one axis and apart along the other."""
    f = Quadratic(np.array([1.0, mu]))
    far = np.array([[[0.0, 1e8], [1.0, 1e8]], [[1e8, 0.0], [1e8, 1.0]]])
    return max(pairs.apart("ssam", rho, f, pair, eta) for pair in far)


def ssam_cases(quick):
    """Curvatures and radii from small to large, up to GD's 2/beta."""
    for mu, rho, eta in product((0.02, 0.3, 0.9), (0.1, 1.0, 10.0), (0.01, 0.7, 1.9)):
        yield {"mu": mu, "rho": rho, "eta": eta}


def ridge_edge(rho, ridge):
    """The eta up to which USAM parts an example's pairs less than SGD, bisected."""

    def holds(eta):
        return one_example(USAM, "huber", ridge, rho, float(eta)) < 1 - eta * ridge

    high = np.array(2.0)
    return bisect(holds, high / 1e3, high, 1e-6)


def ridge_gain(rho, ridge):
    r"""$2/(L(1+\rho L) + r)$, $L = 1 + r$."""
    return 2 / ((1 + ridge) * (1 + rho * (1 + ridge)) + ridge)
