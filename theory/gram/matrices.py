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

    The order is initial, final, the inequalities, the equalities.
    """

    programme: Programme

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
                    part = made[powers]
                    if isinstance(key, str):
                        part.vector[k, self.values.index(key)] += float(number)
                    elif not key:
                        part.constant[k] += float(number)
                    else:
                        i, j = (place[name] for name in key)
                        part.matrix[k, i, j] += float(number) / 2
                        part.matrix[k, j, i] += float(number) / 2
        return made

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
