"""Boxes halved until multipliers, rounded to fractions, prove a bound on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from theory.gram.box import Box, halves, indices, multilinear
from theory.gram.definite import reduced
from theory.gram.dual import Dual, Multipliers
from theory.gram.interior import Interior
from theory.gram.polynomial import as_polynomial
from theory.gram.region import Region
from theory.gram.tight import Line, vanishing

# No side of a box is halved more often than this.
DEPTH = 12
# What multipliers are rounded to, in bits after the point.
BITS = (4, 8, 12, 16, 24)
# What the solver calls 0.
TINY = 1e-6


@dataclass(frozen=True, eq=False)
class Search:
    r"""Multipliers for a bound.

    The function values must cancel. Where the square of a basis vector occurs nowhere
    (that of w for mu = 0 and a factor of 1), none of its products may be left either.
    These equations are kept exactly: some multipliers follow from the others.

    Where the bound is attained, the remainder vanishes; multipliers with room to spare
    do not exist, and these equations are kept exactly too.

    Args:
        dual: the bound.
        size: of a basis vector, with which the numbers are of order 1.
        lines: on which a bound without parameters is attained.
    """

    dual: Dual
    size: Callable[[str], float]
    lines: tuple[Line, ...] = ()

    def cover(
        self, region: Region, limit: int
    ) -> tuple[list[tuple[Box, Multipliers]], Box | None]:
        """Pieces with their multipliers, and a box that resisted, if any.

        Args:
            region: to be covered.
            limit: of pieces.
        """
        pieces: list[tuple[Box, Multipliers]] = []
        todo = [region.hull]
        while todo:
            box = todo.pop()
            if region.idle(box):
                continue
            found = self.multipliers(box)
            if found is not None:
                pieces.append((box, found))
            elif len(pieces) + len(todo) >= limit or _small(box, region.hull):
                return pieces, box
            else:
                todo += reversed(halves(box, region.hull))
        return pieces, None

    def multipliers(self, box: Box) -> Multipliers | None:
        """Those that prove the bound on a box; None if none were found."""
        unknowns = list(product(self.dual.forms, range(2 ** len(box))))
        if not unknowns:  # one point, at which no inequality of the class binds f
            return None if self.dual.fault(box, {}) else {}
        equations = list(self._equations(box))
        if "1" in reduced(equations, unknowns):
            return None
        t, x, units = self._interior.solve(box, unknowns, equations)
        if not t > -TINY:
            return None
        # The largest follow from the others: they keep their sign.
        sizes = sorted(zip(-x, unknowns, strict=True))
        solved = reduced(equations, [unknown for _, unknown in sizes])
        for bits in BITS:
            values = {
                unknown: Fraction(round(value * 2**bits), 2**bits) * Fraction(unit)
                for unknown, value, unit in zip(unknowns, x, units, strict=True)
            }
            found = self._gathered(values, solved)
            if not self.dual.fault(box, found):
                return found
        return None

    def _gathered(self, values: dict, solved: dict) -> Multipliers:
        values = values | {"1": Fraction(1)}
        follow = {
            unknown: sum((c * values[u] for u, c in others.items()), Fraction(0))
            for unknown, others in solved.items()
        }
        found: dict[str, list[Fraction]] = {}
        for unknown, value in (values | follow).items():
            if unknown != "1":
                found.setdefault(unknown[0], []).append(value)
        return {name: tuple(corners) for name, corners in found.items()}

    @cached_property
    def _keys(self) -> tuple[list[Any], list[str]]:
        """Of what must vanish, and the vectors of the rest."""
        forms = [self.dual.target, *self.dual.forms.values()]
        keys = {key for form in forms for key in form.terms} - {()}
        pairs = {key for key in keys if isinstance(key, tuple)}
        alive = {i for i, j in pairs if i == j}
        good = {key for key in pairs if alive.issuperset(key)}
        return sorted(keys - good, key=str), sorted(alive)

    @cached_property
    def _interior(self) -> Interior:
        return Interior(self.dual, self._keys[1], self.size)

    def _equations(self, box: Box) -> Iterator[dict]:
        """What must vanish, at as many control values as it takes."""
        corners = range(2 ** len(box))
        bases = [multilinear(box, [int(c == k) for k in corners]) for c in corners]
        for key in self._keys[0]:
            parts = {"1": as_polynomial(-1 * self.dual.target.terms.get(key, 0))}
            for name, form in self.dual.forms.items():
                if key in form.terms:
                    parts |= {(name, c): bases[c] * form.terms[key] for c in corners}
            degrees = {name: self.dual.degree(name, {key}) for name in box}
            for index in indices(degrees):
                terms = {u: p.control(box, index) for u, p in parts.items()}
                yield {u: Fraction(v) for u, v in terms.items() if v}
        for line in self.lines:
            yield from vanishing(self.dual, line)


def _small(box: Box, hull: Box) -> bool:
    pairs = [(box[name], hull[name]) for name in box]
    return all((b - a) * 2**DEPTH <= most - least for (a, b), (least, most) in pairs)
