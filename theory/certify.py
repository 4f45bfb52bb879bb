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
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

from theory.base import gradient_descent
from theory.gram.data import Data, data
from theory.gram.programme import MEASURES, Programme, programme
from theory.gram.sweep import Sweep
from theory.gram.worst import Search
from theory.method import Method
from theory.validate import at_edge

REDUCED = "; the exact factor of SSAM's pairs is `theory.ssam_pairs.ssam_pair_factor`"


@dataclass(frozen=True, eq=False)
class WorstCase:
    r"""What `worst_case` found.

    Args:
        value: of `distance` and `pair` the ratio of lengths (not squared), of `descent`
            that of $f - f^*$ (for mu < 0 in units of 1/beta); NaN if not solved.
        status: `solved`, or `not solved` if at some parameters no solution was found,
            which says nothing about f.
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
    sweep: Sweep
    worst: Data
    multipliers: dict[tuple[int, int], float]


def measures(method: Method, mu: float = 0.0) -> tuple[str, ...]:
    r"""What can be certified of a method: of a step on the class with least curvature.

    Linear methods (GD, USAM): distance, pair and descent. Rescaled ones (SSAM):
    distance and descent; the worst of their pairs is approached as a gradient that both
    points share grows, where the programme has no solution (`theory.ssam_pairs` has the
    exact factor). Normalised ascent (SAM, SSAM-N, UnifiedSAM, LookaheadSAM), with a
    `radius`: distance and descent. For mu < 0: descent, without normalised ascent.

    Raises:
        ValueError: the method does what no linear programme expresses.
    """
    return _allowed(programme(method, 0.0, 1.0, 1.0), mu)


def _allowed(made: Programme, mu: float) -> tuple[str, ...]:
    """Of a method, by what one step of it divides by."""
    if mu < 0:
        return () if _has_lengths(made) else ("descent",)
    return ("distance", "descent") if made.parameters else MEASURES


def takes_radius(method: Method) -> bool:
    """Whether it divides by a norm, and so has no scale of its own."""
    return _has_lengths(programme(method, 0.0, 1.0, 1.0))


def _has_lengths(made: Programme) -> bool:
    """Whether a parameter is a norm."""
    return any(spec.ascent is None for spec in made.parameters)


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
    one_number(eta=eta, **hyperparameters(method))
    at_edge(method, eta=eta)
    check(method, mu, measure, steps, radius)
    made = programme(method, mu, beta, eta, measure, steps, base, star=mu >= 0)
    search = Search(made, mu, beta, radius or 1.0)
    shares, swept = search.largest()
    found, at = search.at(shares), search.parameters(shares)
    solved = found.solved and not swept.unsolved
    return WorstCase(
        _ratio(found.value, measure) if solved else math.nan,
        "solved" if solved else "not solved",
        found.gap,
        swept.named(at),
        data(search.matrices, found, at),
        dict(zip(made.inequalities, map(float, found.lam), strict=True)),
    )


def _ratio(value: float, measure: str) -> float:
    return value if measure == "descent" else math.sqrt(max(value, 0.0))


def one_number(**values: Any) -> None:
    """Refuses arrays, words, truth values, None, and what no float holds."""
    for name, value in values.items():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise ValueError(f"{name} must be one number, got {value!r}.")
        try:
            float(value)
        except OverflowError:
            raise ValueError(f"{name} must be finite, got {value}.") from None


def hyperparameters(method: Method) -> dict[str, Any]:
    """Those that are numbers of a batch, of the wrapped method too."""
    found: dict[str, Any] = {}
    for spec in fields(method):
        value = getattr(method, spec.name)
        if isinstance(value, Method):
            found |= hyperparameters(value)
        elif not spec.metadata.get("static"):
            found[spec.name] = value
    return found


def class_of(mu: float, beta: float) -> None:
    """Refuses what is no class of functions."""
    one_number(mu=mu, beta=beta)
    if not (math.isfinite(mu) and math.isfinite(beta) and beta > 0 and mu < beta):
        raise ValueError(
            "a class has finite mu < beta and beta > 0, got "
            f"mu = {mu} and beta = {beta}."
        )


def check(
    method: Method, mu: float, measure: str, steps: int, radius: float | None
) -> None:
    """Refuses what does not go together."""
    if measure not in MEASURES:
        raise ValueError(f"measure is one of {', '.join(MEASURES)}, got `{measure}`.")
    made = programme(method, 0.0, 1.0, 1.0)
    allowed = _allowed(made, mu)
    if measure not in allowed:
        raise ValueError(
            f"`{method.label}` is certified in {' and '.join(allowed) or 'no measure'} "
            f"for mu {'<' if mu < 0 else '>='} 0, not in {measure}"
            f"{REDUCED if measure == 'pair' and mu >= 0 else ''}."
        )
    if type(steps) is not int or steps < 1 or (steps > 1 and measure == "pair"):
        rule = "1 for a pair" if measure == "pair" else "a whole number >= 1"
        raise ValueError(f"steps must be {rule}, got {steps}.")
    if radius is not None:
        one_number(radius=radius)
    lengths, swept = _has_lengths(made), steps * len(made.parameters)
    if lengths and not (radius is not None and 0 < radius < math.inf):
        raise ValueError(
            f"`{method.label}` has no scale of its own: it takes a finite radius > 0, "
            f"got {radius}."
        )
    if not lengths and radius is not None:
        raise ValueError(f"`{method.label}` takes no radius, got {radius}.")
    if swept > 2 or (lengths and steps > 1):
        raise ValueError(
            f"{steps} steps of `{method.label}` are too many: {swept} numbers to sweep."
        )
