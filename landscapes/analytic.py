"""Analytic: one SymPy expression gives everything a landscape needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import sympy

from landscapes.arrays import like, namespace, stack, unstack
from landscapes.components import Components
from landscapes.critical import SEARCHED, search
from landscapes.landscape import Landscape
from landscapes.minimise import minimiser
from landscapes.numeric import lambdified


def _full(result: Any, part: Any) -> Any:
    """A result of the batch's shape and dtype, whatever its formula holds."""
    if not hasattr(result, "shape"):
        return result + 0 * part
    same = result.dtype == getattr(part, "dtype", result.dtype)
    return result if same else like(result, part)


@dataclass(frozen=True, eq=False)
class Analytic(Landscape):
    r"""$f$ from one expression: value, gradient, Hessian, NumPy, torch, LaTeX.

    Args:
        name: as in the folder.
        symbols: the coordinates, d SymPy symbols.
        expression: $f$ in them.
        start: the default start.
        box: where to draw $f$ and look for its critical points.
        declared_points: the critical points where they are known exactly, or some of
            them where they are not isolated; None: they are searched, see `locate`.
        constants: known constants of the class.
    """

    name: str
    symbols: tuple[sympy.Symbol, ...]
    expression: sympy.Expr
    start: tuple[float, ...]
    box: tuple[tuple[float, float], ...]
    declared_points: tuple[tuple[float, ...], ...] | None = None
    constants: dict[str, float] = field(default_factory=dict)

    kinds = ("numpy", "torch", "components", "symbols")
    batched = ()

    @property
    def dim(self) -> int:
        """The number of coordinates d."""
        return len(self.symbols)

    @property
    def latex(self) -> str:
        """$f$ as LaTeX."""
        return sympy.latex(self.expression)

    @cached_property
    def _formulas(self) -> dict[str, list[sympy.Expr]]:
        f, xs = self.expression, self.symbols
        return {
            "value": [f],
            "gradient": [sympy.diff(f, x) for x in xs],
            "hessian": [sympy.diff(f, x, y) for x in xs for y in xs],
        }

    @cached_property
    def _compiled(self) -> Callable[[str, str], Callable]:
        @cache
        def function(what: str, library: str) -> Callable:
            formulas = self._formulas[what]
            if library == "sympy":  # exact: 3/2 stays a rational
                return lambda *x: [
                    e.subs(dict(zip(self.symbols, x, strict=True)), simultaneous=True)
                    for e in formulas
                ]
            return lambdified(self.symbols, formulas, library)

        return function

    def _evaluate(self, what: str, x: Any) -> list:
        """The formulas at x, each of the full batch shape even where it is constant."""
        self.check(x)
        parts = list(x) if isinstance(x, Components) else [*unstack(x)]
        results = self._compiled(what, namespace(parts[0]))(*parts)
        return [_full(r, parts[0]) for r in results]

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        return self._evaluate("value", x)[0]

    def gradient(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""
        parts = self._evaluate("gradient", x)
        return Components(parts) if isinstance(x, Components) else stack(parts)

    def hessian(self, x: Any) -> Any:
        r"""$\nabla^2 f(x)$, shape `(..., d, d)`, for arrays."""
        stacked = stack(self._evaluate("hessian", x))
        return stacked.reshape(*stacked.shape[:-1], self.dim, self.dim)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""$\nabla^2 f(x) v$, of the kind and shape of `x`."""
        entries, d = self._evaluate("hessian", x), self.dim
        parts = list(v) if isinstance(v, Components) else [*unstack(v)]
        rows = [sum(entries[i * d + j] * parts[j] for j in range(d)) for i in range(d)]
        return Components(rows) if isinstance(x, Components) else stack(rows)

    def locate(self) -> np.ndarray:
        """The declared critical points, or those Newton's method finds in the box.

        In more than three dimensions it finds one minimum from the start, if one.
        """
        if self.declared_points is not None:
            points = np.array(self.declared_points, dtype=float).reshape(-1, self.dim)
            worst = np.abs(self.gradient(points)).max(initial=0)
            if not worst < 1e-9:
                raise ValueError(
                    f"`{self.name}` declares a critical point where the gradient is "
                    f"{worst:.2g}, not 0."
                )
            return points
        return search(self) if self.dim <= SEARCHED else minimiser(self)
