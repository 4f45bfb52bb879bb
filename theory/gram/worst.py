"""The programme of a step at any parameters, and the worst of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.gram.matrices import Affine, Matrices
from theory.gram.programme import Programme
from theory.gram.solve import Solution, solve
from theory.gram.sweep import Sweep, largest

# Of the solver; where it gets no nearer, the second is tried.
TOLERANCES = 1e-10, 1e-8


@dataclass(frozen=True, eq=False)
class Search:
    """Over the parameters of a programme, given as shares of their intervals.

    Args:
        made: the programme, numbers but for its parameters.
        mu: least curvature.
        beta: largest curvature.
        radius: R, of methods with normalised ascent; else 1.
        altered: what is done to the forms before they are solved.
    """

    made: Programme
    mu: float
    beta: float
    radius: float = 1.0
    altered: Callable[[Affine], Affine] | None = None

    @cached_property
    def matrices(self) -> Matrices:
        """The programme's forms."""
        return Matrices(self.made, self.beta, self.radius)

    def parameters(self, shares: np.ndarray) -> dict[str, float]:
        """Each at its share of its interval."""
        values: dict[str, float] = {}
        for spec, share in zip(self.made.parameters, shares, strict=True):
            low, high = 0.0, self.beta * self.radius
            if spec.ascent is not None:
                low, high = spec.interval(self.mu, self.beta, **values)
            if high is None:
                raise ValueError(
                    "no certificate: at the end of an ascent step the gradient may "
                    f"vanish for mu = {self.mu:g}, which rescaling divides by."
                )
            values[spec.name] = float(low + share * (high - low))
        return values

    def at(self, shares: np.ndarray) -> Solution:
        """The solution with the parameters fixed."""
        forms = self.matrices.at(**self.parameters(shares))
        if self.altered is not None:
            forms = self.altered(forms)
        most = any(spec.ascent is None for spec in self.made.parameters)
        for tolerance in TOLERANCES:
            found = solve(forms, len(self.made.inequalities), most, tolerance)
            if found.solved:
                break
        return found

    def value(self, shares: np.ndarray) -> float:
        """What the programme bounds; NaN if not solved."""
        found = self.at(shares)
        return found.value if found.solved else math.nan

    def largest(self) -> tuple[np.ndarray, Sweep]:
        """Where the value is the largest."""
        return largest(self.value, len(self.made.parameters))
