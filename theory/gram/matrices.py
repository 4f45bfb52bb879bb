"""A programme's forms as matrices, at any values of its parameters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from theory.gram.polynomial import as_polynomial
from theory.gram.programme import Programme
from theory.gram.vector import Form


@dataclass(frozen=True, eq=False)
class Affine:
    """`<matrix, G> + vector @ F + constant`; stacked along leading axes."""

    matrix: np.ndarray
    vector: np.ndarray
    constant: np.ndarray


@dataclass(frozen=True, eq=False)
class Matrices:
    """All forms of a programme over its basis and its values, to evaluate quickly.

    The order is initial, final, the inequalities, the equalities. Lengths are measured
    in units of `length`, gradients of beta times it, values of beta times its square:
    so the numbers are near 1, and `initial` <= 1 speaks of that length.

    Args:
        programme: with number coefficients but for its parameters.
        beta: largest curvature.
        length: of the starting point, for steps that have no scale of their own.
    """

    programme: Programme
    beta: float = 1.0
    length: float = 1.0

    @cached_property
    def _forms(self) -> list[Form]:
        p = self.programme
        return [p.initial, p.final, *p.inequalities.values(), *p.equalities]

    @cached_property
    def basis(self) -> list[str]:
        """Names of the basis vectors."""
        pairs = (k for form in self._forms for k in form.terms if isinstance(k, tuple))
        return sorted({name for pair in pairs for name in pair}, key=_order)

    @cached_property
    def values(self) -> list[str]:
        """Names of the function values."""
        keys = (k for form in self._forms for k in form.terms)
        return sorted({k for k in keys if isinstance(k, str)})

    @cached_property
    def _monomials(self) -> dict[tuple[str, ...], Affine]:
        """The coefficients of every monomial of the parameters."""
        n, m, forms = len(self.basis), len(self.values), self._forms
        place = {name: i for i, name in enumerate(self.basis)}
        made: dict[tuple[str, ...], Affine] = {}
        for k, form in enumerate(forms):
            for key, value in form.terms.items():
                for powers, number in as_polynomial(value).terms.items():
                    if powers not in made:
                        zeros = [np.zeros((len(forms), *s)) for s in ((n, n), (m,), ())]
                        made[powers] = Affine(*zeros)
                    part, number = made[powers], float(number) * self._unit(key)
                    number /= self._size if k < 2 else 1.0
                    if isinstance(key, str):
                        part.vector[k, self.values.index(key)] += number
                    elif not key:
                        part.constant[k] += number
                    else:
                        i, j = (place[name] for name in key)
                        part.matrix[k, i, j] += number / 2
                        part.matrix[k, j, i] += number / 2
        return made

    def unit(self, name: str) -> float:
        """What a basis vector (`w`, `g1`, `e1`) or a value (`f1`) is measured in."""
        sizes = {"w": 1.0, "g": self.beta, "f": self.beta * self.length}
        return sizes[name[0]] * self.length if name[0] in sizes else 1.0

    @cached_property
    def _size(self) -> float:
        """What `initial` and `final` are divided by: R^2, or beta R^2 / 2."""
        key = next(iter(self.programme.initial.terms))
        return self._unit(key) / (2 if isinstance(key, str) else 1)

    def _unit(self, key: tuple[str, ...] | str) -> float:
        names = [key] if isinstance(key, str) else key
        return prod(self.unit(name) for name in names)

    def at(self, **parameters: float) -> Affine:
        """The forms at values of the parameters."""
        parts = [
            (prod(parameters[name] ** n for name, n in Counter(powers).items()), part)
            for powers, part in self._monomials.items()
        ]
        return Affine(
            *(
                sum(scale * getattr(part, name) for scale, part in parts)
                for name in ("matrix", "vector", "constant")
            )
        )


def _order(name: str) -> tuple[bool, int, str]:
    """The starting point first, then gradients by their points."""
    return name != "w", int(name[1:] or 0), name
