"""A function that refutes, and where a step starts on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.interpolant import Interpolant
from theory.method import Method

# Relative differences that are not to be told from rounding, for values of the size
# of the lengths' squares and for larger ones.
ROUNDING, OF_VALUES = 1e-11, 1e-14


@dataclass(frozen=True, eq=False)
class Counterexample:
    r"""A function of the class, and where a step starts on it.

    Args:
        landscape: the function; where the class has a minimiser it is the origin.
        points: where the step starts, `(1, d)`; of a pair both, `(2, d)`.
        ratio: measured by running the method, as `worst_case` defines it.
        factor: what the ratio exceeds.
        method: whose step it is.
        eta: its learning rate.
        measure: `distance`, `pair` or `descent`.
        steps: how many.
        radius: R, of methods with normalised ascent.
    """

    landscape: Interpolant
    points: np.ndarray
    ratio: float
    factor: float
    method: Method
    eta: float
    measure: str
    steps: int
    radius: float | None

    @property
    def minimiser(self) -> np.ndarray | None:
        """The origin, where the class has one."""
        least = self.measure != "pair" and self.landscape.mu >= 0
        return np.zeros(self.landscape.dim) if least else None

    @property
    def rounding(self) -> float:
        """The error that the ratio may have: values round to a share of the largest."""
        f, x = self.landscape, np.asarray(self.points)
        most = max(np.abs(f.values).max(), f.beta * (np.asarray(f.points) ** 2).max())
        length = x[-1] - x[0] if len(x) > 1 else x[0]
        size = f.beta * (length @ length)
        if self.measure == "descent":
            g = f.gradient(x[0])
            size = g @ g / f.beta if f.mu < 0 else f.value(x[0])
        return max(1.0, abs(self.ratio)) * (ROUNDING + OF_VALUES * float(most / size))

    @property
    def clear(self) -> bool:
        """Whether the ratio exceeds the factor beyond rounding."""
        return self.ratio > self.factor + self.rounding
