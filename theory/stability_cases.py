"""Runs and functions that the statement on stability is measured on: T17."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from sympy import tanh

from landscapes.draw import tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import ScalarLoss, Y, Z, loss
from theory import interval, uniform
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
