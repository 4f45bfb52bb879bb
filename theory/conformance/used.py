"""Checks of an optimizer in use: saved, scheduled, called without what it expects.

They are as in `exact`.
"""

import copy

from torch.optim.lr_scheduler import LambdaLR

from theory.conformance.exact import RHO
from theory.conformance.forms import closure
from theory.conformance.problems import Network, Quadratic, flat


def resumed(build, step, known):
    """7 steps, saved and loaded, and 13 more are 20; momentum, falling rate."""

    def train(model, optimizer, steps):
        for _ in range(steps):
            step(optimizer, model)
            for group in optimizer.param_groups:
                group["lr"] = 0.9 * group.get("lr", 0.0)

    def built(model):
        return build(model, RHO, lr=0.1, momentum=0.9)

    whole, part, rest = Network(), Network(), Network()
    train(whole, built(whole), 20)
    optimizer = built(part)
    train(part, optimizer, 7)
    rest.load_state_dict(part.state_dict())
    other = built(rest)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    train(rest, other, 13)
    return float((flat(rest) - flat(whole)).abs().max())


def scheduler(build, step, known):
    """A scheduler attached to it holds: at a scheduled rate of 0 nothing moves."""
    model = Quadratic()
    optimizer = build(model, RHO, lr=0.1)
    LambdaLR(optimizer, lambda _: 0.0)
    before = flat(model)
    step(optimizer, model)
    return float((flat(model) - before).abs().max())


def reloaded(build, step, known):
    """After loading a state, the learning rate in `param_groups` still counts."""
    model = Quadratic()
    optimizer = build(model, RHO, lr=0.1)
    step(optimizer, model)
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    before = flat(model)
    step(optimizer, model)
    return float((flat(model) - before).abs().max())


def forgotten(build, step, known):
    """Without the backward pass it expects, it refuses, or steps as with it."""
    with_it, without = Quadratic(), Quadratic()
    step(build(with_it, RHO, lr=0.1), with_it)
    try:
        closure(build(without, RHO, lr=0.1), without)
    except Exception:
        return 0
    return float((flat(without) - flat(with_it)).abs().max())


def returned(build, step, known):
    """It returns the loss at the parameters, before the step."""
    model = Quadratic()
    value = float(model())
    return abs(float(step(build(model, RHO, lr=0.1), model)) - value)
