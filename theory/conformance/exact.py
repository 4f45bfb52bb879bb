"""Checks against the method's definition: the steps themselves, and their cost.

A check is `check(build, step, known)`, the deviation it measured: `build(model, rho,
Base, **options)` makes the optimizer, `step(optimizer, loss)` takes a step, and `known`
holds numbers that the definition gives. A script quotes it, so it needs torch only.
"""

from theory.conformance.problems import Linear, Network, Quadratic, flat

RHO = 0.3


def walk(build, step, known, problem):
    """How far the last point is from the known one, relative to the way there."""
    model = problem()
    optimizer = build(model, RHO, lr=known["lr"])
    start = flat(model)
    for _ in range(known["steps"]):
        step(optimizer, model)
    expected = start.new_tensor(known["end"])
    return float((flat(model) - expected).norm() / (expected - start).norm())


def quadratic(build, step, known):
    """Steps are the definition's, on a quadratic of two tensors."""
    return walk(build, step, known, Quadratic)


def network(build, step, known):
    """Steps are the definition's, on a network of four tensors."""
    return walk(build, step, known, Network)


def linear(build, step, known):
    """Steps are the definition's where both passes have the same gradient."""
    return walk(build, step, known, Linear)


def evaluations(build, step, known):
    """Ten steps evaluate the loss as often as the definition: the difference."""
    model, count = Quadratic(), 0
    optimizer = build(model, RHO, lr=known["lr"])

    def loss():
        nonlocal count
        count += 1
        return model()

    for _ in range(known["steps"]):
        step(optimizer, loss)
    return abs(count - known["evaluations"])
