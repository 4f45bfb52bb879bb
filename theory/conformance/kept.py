"""Checks of what a step must leave as it was, or to the base optimizer.

They are as in `exact`.
"""

import torch
from torch.optim import SGD, Adam

from theory.conformance.exact import RHO
from theory.conformance.forms import closure
from theory.conformance.problems import Layered, Network, Quadratic, flat


def beside(build, step, Base, **options):
    """How far 10 steps of radius 0 and of the base alone are apart."""
    wrapped, alone = Network(), Network()
    optimizer = build(wrapped, 0.0, Base, **options)
    base = Base(alone.parameters(), **options)
    for _ in range(10):
        step(optimizer, wrapped)
        closure(base, alone)
    return float((flat(wrapped) - flat(alone)).abs().max())


def base_sgd(build, step, known):
    """Radius 0 is the base optimizer: SGD with momentum and weight decay."""
    return beside(build, step, SGD, lr=0.1, momentum=0.9, weight_decay=0.01)


def base_adam(build, step, known):
    """Radius 0 is the base optimizer: Adam."""
    return beside(build, step, Adam, lr=0.1)


def restored(build, step, known):
    """20 steps of learning rate 0 change no bit."""
    model = Network()
    optimizer = build(model, RHO, lr=0.0)
    before = flat(model)
    for _ in range(20):
        step(optimizer, model)
    return float((flat(model) - before).abs().max())


def raised(build, step, known):
    """An exception in the second pass leaves the parameters as they were."""
    model, calls = Quadratic(), []
    optimizer = build(model, RHO, lr=0.1)
    before = flat(model)

    def loss():
        calls.append(1)
        if len(calls) == 2:
            raise InterruptedError
        return model()

    try:
        step(optimizer, loss)
    except InterruptedError:
        pass
    return float((flat(model) - before).abs().max())


def buffers(build, step, known):
    """BatchNorm's running statistics advance once a step."""
    torch.manual_seed(0)
    model, once = Layered(), Layered()
    once()
    step(build(model, RHO, lr=0.1), model)
    pairs = zip(model.buffers(), once.buffers(), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs if a.is_floating_point())


def masks(build, step, known):
    """Dropout draws the same mask in both passes: elements that differ."""
    torch.manual_seed(0)
    model = Layered()
    step(build(model, RHO, lr=0.1), model)
    first, *others = model.layers[3].drawn
    return sum(int((mask != first).sum()) for mask in others)


def storage(build, step, known):
    """Parameters stay where they are, so that views see them: tensors that moved."""
    model = Quadratic()
    optimizer = build(model, RHO, lr=0.1)
    views = [p.detach().view(-1) for p in model.parameters()]
    step(optimizer, model)
    pairs = zip(views, model.parameters(), strict=True)
    return sum(view.data_ptr() != p.data_ptr() for view, p in pairs)


def zero(build, step, known):
    """A zero gradient moves nothing, and makes no NaN."""
    model = Quadratic()
    optimizer = build(model, RHO, lr=0.1)
    before = flat(model)
    for _ in range(2):
        step(optimizer, lambda: 0.0 * model())
    return float((flat(model) - before).abs().max())


def precision(build, step, known):
    """A float32 model stays in float32: tensors of another type."""
    model = Quadratic().float()
    step(build(model, RHO, lr=0.1), model)
    kept = [t for p in model.parameters() for t in (p, p.grad) if t is not None]
    return sum(t.dtype != torch.float32 for t in kept)
