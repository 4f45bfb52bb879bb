"""A lemma about one step, adjudicated point by point.

Where a solver says that the worst case over the class obeys it, a proof in fractions is
sought; where it does not, a function of the class on which the method breaks it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from theory.certify import class_of, worst_case
from theory.counterexample import Counterexample, refutes
from theory.lemmas.expression import Expression, condition, formula
from theory.method import Method
from theory.methods import make
from theory.parallel import in_parallel
from theory.proof import Proof, prove
from theory.proving.rational import rational
from theory.refuting.lines import on_lines

STATUSES = ("proved", "certified", "refuted", "undecided", "not solved")
# A worst case and a claim that differ by less are the same, for all a solver can tell.
NEAR = 1e-7


@dataclass(frozen=True)
class Point:
    """Where a lemma is tried.

    Args:
        mu: least curvature.
        beta: largest curvature.
        eta: learning rate.
        rho: radius; 0 for methods that have none.
    """

    mu: Fraction
    beta: Fraction
    eta: Fraction
    rho: Fraction

    @property
    def symbols(self) -> dict[str, Fraction]:
        """What a formula may speak of; kappa = beta / mu where mu > 0."""
        kappa = {"kappa": self.beta / self.mu} if self.mu > 0 else {}
        return asdict(self) | kappa

    @property
    def numbers(self) -> dict[str, float]:
        """Those of them that say which class and step."""
        return {name: float(getattr(self, name)) for name in ("mu", "beta", "eta")}

    def __str__(self) -> str:
        return ", ".join(f"{n} = {float(v):g}" for n, v in asdict(self).items())


@dataclass(frozen=True)
class Lemma:
    """No step has a ratio above `factor` where `assuming` holds.

    Args:
        method: by its command-line name.
        measure: of the ratio, as of `theory.certify.worst_case`.
        factor: a formula in eta, rho, mu, beta, kappa.
        assuming: a condition on them; empty: always.
        radius: R, of methods with normalised ascent.

    Raises:
        ValueError: the method is unknown, or a text is no formula or condition.
    """

    method: str
    measure: str
    factor: str
    assuming: str = ""
    radius: Fraction | None = None

    def __post_init__(self) -> None:
        """Reads everything once, so that errors come early."""
        make(self.method)
        _ = self._formulas

    @cached_property
    def _formulas(self) -> tuple[Expression, Expression | None]:
        read = _said("factor", formula, self.factor)
        if not self.assuming:
            return read, None
        return read, _said("assuming", condition, self.assuming)

    def made(self, rho: Any) -> Method:
        """The method at a radius."""
        return make(self.method).having(rho=rho)

    def claimed(self, point: Point) -> Fraction:
        """The factor at a point, exactly."""
        claimed = _said("factor", self._formulas[0], **point.symbols)
        return _said("factor", rational, f"`{self.factor}`", claimed)

    def covers(self, point: Point) -> bool:
        """Whether the assumption holds at a point, exactly."""
        assuming = self._formulas[1]
        return assuming is None or _said("assuming", assuming, **point.symbols)


def _said(option: str, call: Any, *args: Any, **values: Any) -> Any:
    """What is wrong with a text names the option it came from."""
    try:
        return call(*args, **values)
    except ValueError as error:
        raise ValueError(f"--{option}: {error}") from None


@dataclass(frozen=True, eq=False)
class Ruling:
    """What was found at a point.

    Args:
        point: where.
        claimed: the factor there.
        worst: the certified worst case; NaN if not solved.
        line: the largest ratio on one-dimensional quadratics.
        status: one of `STATUSES`. `certified`: by a solver in floating point only.
        proof: exact and verified, if `proved`.
        function: on which the method was run and broke the bound, if `refuted`.
    """

    point: Point
    claimed: Fraction
    worst: float
    line: float
    status: str
    proof: Proof | None = None
    function: Counterexample | None = None

    @property
    def excess(self) -> float:
        """The measured ratio less the claim; minus infinity where none was."""
        return self.function.ratio - self.claimed if self.function else -math.inf

    @property
    def tight(self) -> bool:
        """Whether worst case and claim cannot be told apart in floating point."""
        return abs(self.worst - self.claimed) <= NEAR

    @property
    def on_a_line(self) -> bool:
        """Whether a one-dimensional quadratic breaks the bound."""
        return self.line > self.claimed + NEAR


def rule(lemma: Lemma, point: Point) -> Ruling:
    """Certifies, then proves or refutes, at one point."""
    method, numbers = lemma.made(float(point.rho)), point.numbers
    radius = None if lemma.radius is None else float(lemma.radius)
    about = {"measure": lemma.measure, "radius": radius}
    claimed = lemma.claimed(point)
    found = worst_case(method, **numbers, **about)
    line = on_lines(method, **numbers, **about)
    known = point, claimed, found.value, line
    solved = found.status == "solved"
    # In this order a line counts also where the worst case is NaN.
    if max(line, found.value) > claimed + NEAR:
        function = refutes(method, **numbers, **about, factor=float(claimed))
        if function is not None:
            return Ruling(*known, "refuted", function=function)
    elif claimed > 0 or point.mu < 0:
        proof = _proof(lemma, point, claimed)
        if proof.status == "proved" and proof.verify():
            return Ruling(*known, "proved", proof)
        if solved and found.value < claimed - NEAR:
            return Ruling(*known, "certified")
    return Ruling(*known, "undecided" if solved else "not solved")


def _proof(lemma: Lemma, point: Point, claimed: Fraction) -> Proof:
    return prove(
        lemma.made(point.rho),
        mu=point.mu,
        beta=point.beta,
        eta=point.eta,
        measure=lemma.measure,
        factor=claimed,
        radius=lemma.radius,
    )


def adjudicate(lemma: Lemma, points: Iterable[Point], jobs: int = 1) -> list[Ruling]:
    """A ruling for each point at which the assumption holds, in their order.

    Args:
        lemma: what is claimed.
        points: where it is tried.
        jobs: processes.

    Raises:
        ValueError: the assumption holds at none of them, a formula is undefined at
            one, or the lemma is none that can be certified.
    """
    points = list(points)
    inside = [point for point in points if lemma.covers(point)]
    if not inside:
        raise ValueError(
            f"--assuming: `{lemma.assuming}` holds at none of {len(points)} points."
        )
    for point in inside:  # what is undefined is said before any work
        class_of(point.mu, point.beta)
        lemma.claimed(point)
    cases = [(lemma, point) for point in inside]
    ruled = {
        point: ruling for (_, point), ruling in in_parallel(rule, cases, "points", jobs)
    }
    return [ruled[point] for point in inside]
