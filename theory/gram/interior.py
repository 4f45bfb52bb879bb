r"""Multipliers well inside what is allowed on a box, in floating point.

The solver maximises t with every control matrix $\succeq tI$ and every $\lambda \ge t$
at the corners: so that rounding does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import nan, prod, sqrt
from typing import Any

import numpy as np
from scipy import sparse

from theory.gram.box import Box, indices
from theory.gram.dual import Dual
from theory.gram.polynomial import Polynomial, as_polynomial
from theory.gram.solve import USABLE, solver


@dataclass(frozen=True, eq=False)
class Interior:
    """The semidefinite programme of a bound.

    Args:
        dual: the bound.
        basis: names of the vectors whose products make the control matrices.
        size: of a basis vector, with which the numbers are of order 1.
    """

    dual: Dual
    basis: list[str]
    size: Callable[[str], float]

    def solve(
        self, box: Box, unknowns: list[Any], equations: list[dict]
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """The largest t (NaN if the solver failed), with multipliers and their units.

        Args:
            box: of the parameters.
            unknowns: `(form, corner)`, in the order of the forms.
            equations: that hold between them, the unknown `1` being 1; each is 0.
        """
        clarabel = solver()
        target, parts = self._controls(box)
        most = np.abs(target).max() or self.size("f")  # a target of values only
        sizes = np.abs(parts).max(axis=(0, 1, 3)) / most  # of the forms
        units = np.repeat(0.5 ** np.round(np.log2(sizes)), 2 ** len(box))
        slopes = -parts.reshape(*target.shape, -1) * units
        known = [[float(e.get(u, 0)) for u in ["1", *unknowns]] for e in equations]
        known = np.array(known).reshape(-1, 1 + len(units))
        signed = [name not in self.dual.free for name, _ in unknowns]
        signs, none = np.eye(len(units))[signed], np.zeros((1, len(units)))
        identity = np.eye(len(self.basis))[self._triangle]
        # Of each cone: what lies in it is a + b t + C x.
        rows = [
            (clarabel.ZeroConeT, known[:, 0], 0, known[:, 1:] * units),
            (clarabel.NonnegativeConeT, 0, -1, signs),
            (clarabel.NonnegativeConeT, 1, -1, none),
        ]
        constants = any(() in form.terms for form in self.dual.forms.values())
        for a, C in zip(target / most, slopes / most, strict=True):
            if constants:
                rows.append((clarabel.NonnegativeConeT, a[:1], -1, C[:1]))
            rows.append((clarabel.PSDTriangleConeT, a[1:], -identity, C[1:]))
        return *_largest(rows, len(self.basis)), units

    @cached_property
    def _triangle(self) -> tuple[np.ndarray, np.ndarray]:
        """Of a matrix the upper triangle, column by column."""
        columns, rows = np.tril_indices(len(self.basis))
        return rows, columns

    @cached_property
    def _coefficients(self) -> tuple[list[Polynomial], np.ndarray]:
        """Monomials, and what every form has of each, `(form, entry, monomial)`.

        Its entries are the constant and the triangle of its matrix, those beside the
        diagonal times the root of 2: so inner products are those of matrices.
        """
        pairs = [
            (self.basis[i], self.basis[j]) for i, j in np.transpose(self._triangle)
        ]
        keys = [(), *pairs]
        forms = [self.dual.target, *self.dual.forms.values()]
        terms = [[as_polynomial(f.terms.get(k, 0)).terms for k in keys] for f in forms]
        powers = sorted({p for row in terms for entry in row for p in entry})
        table = [[[float(e.get(p, 0)) for p in powers] for e in row] for row in terms]
        halves = [1 if len({*key}) < 2 else sqrt(0.5) for key in keys]
        sizes = [prod(map(self.size, key)) for key in keys]
        scale = np.multiply(halves, sizes)[:, None]
        return [Polynomial({p: 1.0}) for p in powers], np.array(table) * scale

    def _controls(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Control values of the target and of what multiplies the unknowns.

        Returns:
            shapes `(value, entry)` and `(value, entry, form, corner)`.
        """
        full, less = self._table(box, 0), self._table(box, 1)
        degrees = self.dual.degrees.values()
        parts = np.zeros((len(full), 2 ** len(box), *next(iter(full.values())).shape))
        for value, place in enumerate(full):
            for corner, ends in enumerate(product((0, 1), repeat=len(box))):
                # Times what is 1 at this corner and 0 at the others.
                steps = list(zip(place, degrees, ends, strict=True))
                share = prod((k if end else n - k) / n for k, n, end in steps)
                if share:
                    at = tuple(k - end for k, _, end in steps)
                    parts[value, corner] = share * less[at]
        target = np.array([forms[0] for forms in full.values()])
        return target, parts[:, :, 1:].transpose(0, 3, 2, 1)

    def _table(self, box: Box, less: int) -> dict[tuple[int, ...], np.ndarray]:
        """Of every form `(form, entry)` by index, at degrees less by 0 or 1."""
        monomials, table = self._coefficients
        ends = {name: (float(low), float(high)) for name, (low, high) in box.items()}
        degrees = {name: n - less for name, n in self.dual.degrees.items()}
        return {
            tuple(k for k, _ in index.values()): table
            @ np.array([m.control(ends, index) for m in monomials], float)
            for index in indices(degrees)
        }


def _largest(rows: list[tuple], n: int) -> tuple[float, np.ndarray]:
    """The largest t, and x, with a + b t + C x in every cone; matrices are n by n."""
    clarabel = solver()
    cones, offsets, slopes = [], [], []
    for cone, a, b, C in rows:
        if len(C):
            cones.append(cone(n if cone is clarabel.PSDTriangleConeT else len(C)))
            offsets.append(np.broadcast_to(a, len(C)))
            slopes.append(np.column_stack([np.broadcast_to(b, len(C)), C]))
    A, b = -np.vstack(slopes), np.concatenate(offsets).astype(float)
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    variables = A.shape[1]
    cost = np.r_[-1.0, np.zeros(variables - 1)]
    empty = sparse.csc_matrix((variables, variables))
    found = clarabel.DefaultSolver(
        empty, cost, sparse.csc_matrix(A), b, cones, settings
    ).solve()
    t, *x = found.x
    return t if str(found.status) in USABLE else nan, np.array(x)
