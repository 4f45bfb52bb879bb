"""Forms: how published optimizers take a step.

Each is a function `step(optimizer, loss)`, where `loss()` evaluates the loss at the
parameters. A script quotes them, so they need torch only.
"""

from collections.abc import Callable


def closure(optimizer, loss):
    """`step(closure)`, which evaluates everything itself, as torch's LBFGS."""

    def evaluate():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    return optimizer.step(evaluate)


def prior_backward(optimizer, loss):
    """A backward pass, then `step(closure)`, which evaluates the second one."""

    def evaluate():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    evaluate()
    return optimizer.step(evaluate)


def two_step(optimizer, loss):
    """The caller evaluates both passes; between them `first_step`."""
    loss().backward()
    optimizer.first_step(zero_grad=True)
    loss().backward()
    optimizer.second_step(zero_grad=True)


FORMS: dict[str, Callable] = {
    "two-step": two_step,
    "closure": closure,
    "prior-backward": prior_backward,
}
