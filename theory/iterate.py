"""Running a method step by step, on any kind of point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from landscapes.landscape import Landscape
from landscapes.sample import Sample
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.method import Method
from theory.validate import at_edge, at_step


@dataclass(frozen=True, eq=False)
class State:
    """One moment of a run: the point, and what the method saw there.

    Args:
        x: the point.
        d: the surrogate gradient at x.
        g: the raw gradient at x.
        method: the method's state after the evaluation at x.
        base: the base update's state before its step from x.
    """

    x: Any
    d: Any
    g: Any
    method: Any
    base: Any


def iterate(
    landscape: Landscape,
    method: Method,
    x: Any,
    eta: Any,
    steps: int,
    base: GradientDescent | HeavyBall = gradient_descent,
    sample: Callable[[int], Callable] | None = None,
    schedule: Callable[[int], dict[str, Any]] | None = None,
) -> Iterator[State]:
    r"""Yields `steps + 1` states, the start first.

    Args:
        landscape: what is minimised.
        method: gives the surrogate gradient.
        x: the start, any kind of point the landscape declares.
        eta: learning rate, a number or an array that broadcasts (`(..., 1)` beside
            arrays `(..., d)`); None where the schedule gives it.
        steps: how many.
        base: the base update.
        sample: maps the step t to that step's sample, or any gradient oracle; default
            is the whole landscape.
        schedule: maps the step t to its `eta` and hyperparameters, by name; what it
            leaves out stays as it is (`theory.schedule`). Then eta may be zero.

    Raises:
        ValueError: eta or a hyperparameter is out of range, also at a later step, or x
            has a wrong dimension.
    """
    landscape.check(x)
    if schedule is None:
        at_edge(method, eta=eta)
    method_state, base_state = method.init(x), base.init(x)
    for t in range(steps + 1):
        if schedule is not None:
            values = {"eta": eta} | schedule(t)
            eta, method = values.pop("eta"), method.having(**values)
            at_step(method, eta)
        gradient = sample(t) if sample else Sample(landscape, t)
        d, g, method_state = method.direction(x, method_state, gradient)
        yield State(x, d, g, method_state, base_state)
        if t < steps:
            x, base_state = base.update(x, d, base_state, eta)
