"""The worst case of a step over every function of a class, by semidefinite programmes.

Points, gradients and values that some f with curvature in [mu, beta] passes through are
those that obey its interpolation inequalities (Taylor, Hendrickx & Glineur 2017), which
are linear in inner products and values. So the worst case of a step that is linear in
points and gradients is one small programme. A method that divides by a norm, or
rescales by a quotient of two, is linear at every fixed number in their place: it is the
largest of the programmes over an interval of that number, which is swept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from theory.base import gradient_descent
from theory.gram import sweep
from theory.gram.matrices import Matrices
from theory.gram.polynomial import as_polynomial
from theory.gram.programme import MEASURES, Programme, programme
from theory.gram.solve import Solution, solve
from theory.gram.vector import Vector
from theory.method import Method
from theory.validate import at_edge

# Directions in which a worst case extends less than this share are rounding.
FLAT = 1e-7


@dataclass(frozen=True, eq=False)
class Data:
    """Points with gradients and values that some f of the class passes through.

    Args:
        points: shape `(k, d)`; with a minimiser it is the first, the origin.
        gradients: shape `(k, d)`.
        values: shape `(k,)`.
    """

    points: np.ndarray
    gradients: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class WorstCase:
    r"""What `worst_case` found.

    Args:
        value: of `distance` and `pair` the ratio of lengths (not squared), of `descent`
            that of $f - f^*$; NaN if not solved.
        status: `solved` or `not solved`, which says nothing about f.
        gap: between the bound that the dual proves and what the primal attains, at the
            worst parameters, of the squared ratio where lengths are measured.
        sweep: where the parameters were tried. A sweep finds the largest value from
            below; a proof over the whole interval is `theory.proof`'s.
        worst: the data of a worst case. Of a `pair` that divides by nothing: of the
            differences, the first point being 0.
        multipliers: of the inequalities, by their points.
    """

    value: float
    status: str
    gap: float
    sweep: sweep.Sweep
    worst: Data
    multipliers: dict[tuple[int, int], float]


def measures(method: Method, mu: float = 0.0) -> tuple[str, ...]:
    r"""What can be certified of a method: of a step on the class with least curvature.

    | method | mu >= 0 | mu < 0 |
    |---|---|---|
    | GD, USAM, SSAM (linear, or rescaled) | distance, pair, descent | descent |
    | SAM, SSAM-N, UnifiedSAM, LookaheadSAM (normalised ascent), with `radius` |
      distance, descent | none |

    Raises:
        ValueError: the method does what no linear programme expresses.
    """
    made = programme(method, 0.0, 1.0, 1.0)
    lengths = any(p.ascent is None for p in made.parameters)
    if mu < 0:
        return () if lengths else ("descent",)
    return ("distance", "descent") if lengths else MEASURES


def worst_case(
    method: Method,
    *,
    mu: float,
    beta: float,
    eta: float,
    measure: str = "distance",
    steps: int = 1,
    radius: float | None = None,
    base: Any = gradient_descent,
) -> WorstCase:
    r"""The largest ratio of a step, over all f with curvature in $[\mu, \beta]$.

    `distance`: $\|w^+ - w^*\| / \|w - w^*\|$. `pair`: $\|w^+ - v^+\| / \|w - v\|$.
    `descent`: $(f(w^+) - f^*) / (f(w) - f^*)$; for mu < 0, where f need have no
    minimum, $(f(w^+) - f(w)) / \|g\|^2$, which is at most 0 iff every step descends.

    Methods with normalised ascent have no scale of their own: with `radius` R it is
    the largest $\|w^+ - w^*\| / R$ where $\|w - w^*\| \le R$, and the largest
    $(f(w^+) - f^*) / (\beta R^2/2)$ where $f(w) - f^* \le \beta R^2/2$.

    Args:
        method: its hyperparameters are numbers.
        mu: least curvature, < beta; of either sign.
        beta: largest curvature, > 0.
        eta: learning rate, > 0.
        measure: one of `measures(method, mu)`.
        steps: how many; a `pair` takes one. Each step of a rescaled method is one more
            number to sweep, of which two are allowed.
        radius: R, > 0, of methods with normalised ascent, and of no other.
        base: the base update; `HeavyBall` for momentum.

    Raises:
        ValueError: a number is out of range, or the method, the measure and the steps
            do not go together.
    """
    class_of(mu, beta)
    at_edge(method, eta=eta)
    _check(method, mu, measure, steps, radius)
    made = programme(method, mu, beta, eta, measure, steps, base, star=mu >= 0)
    return _Search(made, mu, beta, radius or 1.0).run()


def class_of(mu: float, beta: float) -> None:
    """Refuses what is no class of functions."""
    if not (math.isfinite(mu) and math.isfinite(beta) and beta > 0 and mu < beta):
        raise ValueError(
            "a class has finite mu < beta and beta > 0, got "
            f"mu = {mu} and beta = {beta}."
        )


def _check(method, mu, measure, steps, radius) -> None:
    if measure not in MEASURES:
        raise ValueError(f"measure is one of {', '.join(MEASURES)}, got `{measure}`.")
    allowed = measures(method, mu)
    if measure not in allowed:
        raise ValueError(
            f"`{method.label}` is certified in {' and '.join(allowed) or 'no measure'} "
            f"for mu {'<' if mu < 0 else '>='} 0, not in {measure}."
        )
    if type(steps) is not int or steps < 1 or (steps > 1 and measure == "pair"):
        rule = "1 for a pair" if measure == "pair" else "a whole number >= 1"
        raise ValueError(f"steps must be {rule}, got {steps}.")
    lengths = "pair" not in measures(method)
    if lengths and not (radius is not None and 0 < radius < math.inf):
        raise ValueError(
            f"`{method.label}` has no scale of its own: it takes a finite radius > 0, "
            f"got {radius}."
        )
    if not lengths and radius is not None:
        raise ValueError(f"`{method.label}` takes no radius, got {radius}.")
    swept = len(programme(method, 0.0, 1.0, 1.0, measure, steps).parameters)
    if swept > 2 or (lengths and steps > 1):
        raise ValueError(
            f"{steps} steps of `{method.label}` are too many: {swept} numbers to sweep."
        )


@dataclass(frozen=True, eq=False)
class _Search:
    made: Programme
    mu: float
    beta: float
    radius: float

    @cached_property
    def matrices(self) -> Matrices:
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
                    "rescaling has no bound where 1 + rho mu <= 0: no certificate."
                )
            values[spec.name] = float(low + share * (high - low))
        return values

    def at(self, shares: np.ndarray) -> Solution:
        """The programme with its parameters fixed."""
        forms = self.matrices.at(**self.parameters(shares))
        most = any(spec.ascent is None for spec in self.made.parameters)
        return solve(forms, len(self.made.inequalities), most)

    def run(self) -> WorstCase:
        """The largest over the sweep."""
        names = [spec.name for spec in self.made.parameters]
        shares, swept = sweep.largest(self._value, len(names))
        found, at = self.at(shares), self.parameters(shares)
        return WorstCase(
            self._ratio(found.value) if found.solved else math.nan,
            "solved" if found.solved and not swept.unsolved else "not solved",
            found.gap,
            swept.named(at),
            self._data(found, at),
            dict(zip(self.made.inequalities, map(float, found.lam), strict=True)),
        )

    def _value(self, shares: np.ndarray) -> float:
        found = self.at(shares)
        return found.value if found.solved else math.nan

    def _ratio(self, value: float) -> float:
        return value if self.made.measure == "descent" else math.sqrt(max(value, 0.0))

    def _data(self, found: Solution, at: dict[str, float]) -> Data:
        """Vectors with the inner products found, in the fewest dimensions."""
        size, turn = np.linalg.eigh(found.G)
        kept = size > FLAT * max(size.max(), 0.0)
        root = (turn * np.sqrt(np.maximum(size, 0)))[:, kept][:, ::-1]
        rows = zip(self.matrices.basis, root, strict=True)
        basis = {name: row * self.matrices.unit(name) for name, row in rows}
        values = dict(zip(self.matrices.values, found.F, strict=True))

        def place(v: Vector) -> np.ndarray:
            parts = (as_polynomial(c)(**at) * basis[n] for n, c in v.terms.items())
            return sum(parts, start=np.zeros(kept.sum()))

        return Data(
            np.array([place(p.x) for p in self.made.points]),
            np.array([place(p.g) for p in self.made.points]),
            np.array([self._height(p.f.terms, values) for p in self.made.points]),
        )

    def _height(self, terms: dict, values: dict[str, float]) -> float:
        """A value; 0 where only differences count."""
        return sum(values.get(n, 0.0) * self.matrices.unit(n) for n in terms)
