"""What is left of a run: its last state, or its states at some times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.iterate import State, iterate
from theory.method import Method


def last(
    landscape: Landscape, method: Method, x: Any, eta: Any, steps: int, **options: Any
) -> State:
    """The state after `steps`, not finite where a run diverged; as `iterate` takes it.

    For some hundred runs it is faster than `simulate.batch`.
    """
    (end,) = at((steps,), landscape, method, x, eta, **options)
    return end


def at(
    times: Iterable[int],
    landscape: Landscape,
    method: Method,
    x: Any,
    eta: Any,
    **options: Any,
) -> list[State]:
    """The states after so many steps, in the order of time.

    Args:
        times: numbers of steps.
        landscape: as `simulate.iterate` takes it, and so all others.
        method: gives the direction.
        x: the start.
        eta: learning rate.
        **options: base, sample and schedule.
    """
    wanted, found = set(times), []
    states = iterate(landscape, method, x, eta, max(wanted), **options)
    with np.errstate(all="ignore"):
        for t, state in enumerate(states):
            if t in wanted:
                found.append(state)
    return found
