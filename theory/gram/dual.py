r"""Multipliers that prove a bound on a whole box of parameters, checked exactly.

Let `final` be at most `goal` times `initial` (or `goal`, where `initial` <= 1) whenever
all inequalities $Q_k \ge 0$ and equalities $N_k = 0$ hold. If multipliers
$\lambda_k \ge 0$ and $\nu_k$ leave of

$$\mathrm{goal}\cdot X - P - \sum\lambda_k Q_k - \sum\nu_k N_k$$

no function value, a constant >= 0 and a positive semidefinite matrix, it is so, for
every f of the class, in every dimension. Here the multipliers are multilinear on a box,
so this remainder is a polynomial in the parameters: in Bernstein form all its values
on the box are means of finitely many control values, and these are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm, prod
from typing import Any

from theory.gram.box import Box, indices, multilinear
from theory.gram.definite import semidefinite
from theory.gram.polynomial import Polynomial, as_polynomial, polar
from theory.gram.programme import Programme
from theory.gram.vector import Form

Multipliers = dict[str, Sequence[Fraction]]


@dataclass(frozen=True, eq=False)
class Dual:
    """A bound to be proved.

    Args:
        target: what is to be >= 0.
        forms: what may be subtracted, times multipliers, by name.
        free: names of those whose multipliers may have any sign.
        swept: names of the parameters.
    """

    target: Form
    forms: dict[str, Form]
    free: frozenset[str]
    swept: tuple[str, ...]

    @cached_property
    def degrees(self) -> dict[str, int]:
        """Of the remainder in each parameter, at most."""
        return {name: self.degree(name) for name in self.swept}

    def degree(self, name: str, keys: Sequence[Any] | None = None) -> int:
        """In one parameter, of all coefficients or of some."""

        def most(form: Form) -> int:
            chosen = form.terms if keys is None else keys & form.terms.keys()
            return max((_degree(form.terms[key], name) for key in chosen), default=0)

        return max(
            most(self.target), 1 + max(map(most, self.forms.values()), default=0)
        )

    @cached_property
    def basis(self) -> list[str]:
        """Names of the vectors whose inner products are left."""
        pairs = {k for form in [self.target, *self.forms.values()] for k in form.terms}
        return sorted({name for k in pairs if isinstance(k, tuple) for name in k})

    def remainder(self, box: Box, multipliers: Multipliers) -> Form:
        """What is left of the target."""
        total = self.target
        for name, form in self.forms.items():
            total = total - form * multilinear(box, multipliers[name])
        return total

    def fault(self, box: Box, multipliers: Multipliers) -> str:
        """Why these multipliers prove nothing on this box; empty if they do."""
        if fault := self._ill(box, multipliers):
            return fault
        terms = self.remainder(box, multipliers).terms
        rest = {key: as_polynomial(value) for key, value in terms.items()}
        if any(isinstance(key, str) for key in rest):
            return "the function values do not cancel"
        for control in _controls(rest, box, self.degrees):
            if control.get((), 0) < 0:
                return "the constant is negative"
            if not semidefinite(_matrix(control, self.basis)):
                return "a control matrix is not positive semidefinite"
        return ""

    def _ill(self, box: Box, multipliers: Multipliers) -> str:
        if multipliers.keys() != self.forms.keys():
            return f"the multipliers are not {', '.join(self.forms)}"
        if any(len(values) != 2 ** len(box) for values in multipliers.values()):
            return "a multiplier has not one value a corner"
        signed = multipliers.keys() - self.free
        if any(value < 0 for name in signed for value in multipliers[name]):
            return "a multiplier of an inequality is negative"
        return ""


def dual(
    made: Programme, goal: Fraction, swept: Sequence[str], scale: Fraction
) -> Dual:
    """The bound `final <= goal * initial` of a programme.

    Args:
        made: the programme.
        goal: what is claimed.
        swept: names of the parameters.
        scale: what `initial` is at most, where an equality has a constant: there the
            bound is `goal * scale`.

    Raises:
        ValueError: a coefficient is no fraction.
    """
    given = [made.initial, made.final, *made.inequalities.values(), *made.equalities]
    values = [as_polynomial(value) for form in given for value in form.terms.values()]
    coefficients = [number for value in values for number in value.terms.values()]
    if not all(isinstance(number, (int, Fraction)) for number in coefficients):
        raise ValueError("a method's coefficients must be exact, not floating point.")
    forms = {f"lam{i}.{j}": form for (i, j), form in made.inequalities.items()}
    free = {f"nu{k}": form for k, form in enumerate(made.equalities)}
    target = made.initial * goal - made.final
    if any(() in form.terms for form in made.equalities):
        forms["tau"] = Form({(): scale}) - made.initial
        target = Form({(): goal * scale}) - made.final
    return Dual(target, forms | free, frozenset(free), tuple(swept))


def _controls(
    rest: dict[Any, Polynomial], box: Box, degrees: dict[str, int]
) -> Iterator[dict[Any, int]]:
    """Positive whole multiples of the control values, one multiple for all of them.

    Whole numbers need no common divisors: they are several times as fast as fractions.
    """
    whole = lcm(*(c.denominator for p in rest.values() for c in p.terms.values()))
    terms = {
        key: [(power, int(c * whole)) for power, c in value.terms.items()]
        for key, value in rest.items()
    }
    powers = {power for value in rest.values() for power in value.terms}
    if strange := {name for power in powers for name in power} - degrees.keys():
        raise ValueError(f"{min(strange)} is no parameter of the bound.")
    counts = {power: [power.count(name) for name in degrees] for power in powers}
    sides = [_side(box[name], n) for name, n in degrees.items()]
    for index in indices(degrees):
        at = [side[k] for side, (k, _) in zip(sides, index.values(), strict=True)]
        shares = {
            power: prod(one[n] for one, n in zip(at, count, strict=True))
            for power, count in counts.items()
        }
        yield {
            key: sum(c * shares[p] for p, c in value) for key, value in terms.items()
        }


def _side(ends: tuple[Fraction, Fraction], n: int) -> list[list[int]]:
    """Of one parameter's powers, by index: polar values times one whole number."""
    values = [
        [Fraction(polar(*ends, k, n, p)) for p in range(n + 1)] for k in range(n + 1)
    ]
    whole = lcm(*(value.denominator for row in values for value in row))
    return [[int(value * whole) for value in row] for row in values]


def _matrix(terms: dict, basis: list[str]) -> list[list[Fraction]]:
    def entry(i: str, j: str) -> Fraction:
        value = terms.get((min(i, j), max(i, j)), 0)
        return Fraction(value) if i == j else Fraction(value) / 2

    return [[entry(i, j) for j in basis] for i in basis]


def _degree(value: Any, name: str) -> int:
    return as_polynomial(value).degree(name)
