"""A lemma adjudicated point by point.

Where a solver says that the worst case over the class obeys it, a proof in fractions is
sought; where it does not, a function of the class on which the method breaks it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from theory.certify import class_of, worst_case
from theory.counterexample import Counterexample, refutes
from theory.lemmas.lemma import Lemma, Point
from theory.parallel import in_parallel
from theory.proof import Proof, prove
from theory.refuting.lines import on_lines

STATUSES = ("proved", "certified", "refuted", "undecided", "not solved")
# A worst case and a claim that differ by less are the same, for all a solver can tell.
NEAR = 1e-7


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
