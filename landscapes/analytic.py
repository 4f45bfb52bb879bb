"""Analytic: one SymPy expression gives everything a landscape needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np
import sympy
from sympy.codegen.rewriting import create_expand_pow_optimization

from landscapes.components import Components
from landscapes.landscape import Landscape

# x**3 as a library power costs eight times x*x*x.
_expand_powers = create_expand_pow_optimization(8)


def _subexpressions(expressions: list) -> tuple[list, list]:
    """Common subexpressions, small powers written as products."""
    named, reduced = sympy.cse(expressions)
    return [(s, _expand_powers(e)) for s, e in named], [
        _expand_powers(e) for e in reduced
    ]


def namespace(leaf: Any) -> str:
    """Which library an array, tensor or expression belongs to."""
    if isinstance(leaf, sympy.Basic):
        return "sympy"
    return "torch" if type(leaf).__module__.startswith("torch") else "numpy"


@dataclass(frozen=True, eq=False)
class Analytic(Landscape):
    r"""$f$ from one expression: value, gradient, Hessian, NumPy, torch, LaTeX.

    Args:
        name: as in the folder.
        symbols: the coordinates, d SymPy symbols.
        expression: $f$ in them.
        start: the default start.
        box: where to draw $f$ and look for its critical points.
        declared_points: the critical points where they are known exactly; otherwise
            they are searched in `box`.
        constants: known constants of the class.
    """

    name: str
    symbols: tuple[sympy.Symbol, ...]
    expression: sympy.Expr
    start: tuple[float, ...]
    box: tuple[tuple[float, float], ...]
    declared_points: tuple[tuple[float, ...], ...] = ()
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
            return sympy.lambdify(
                self.symbols, formulas, modules=library, cse=_subexpressions
            )

        return function

    def _evaluate(self, what: str, x: Any) -> list:
        """The formulas at x, each of the full batch shape even where it is constant."""
        self.check(x)
        parts = list(x) if isinstance(x, Components) else [*_unstack(x)]
        results = self._compiled(what, namespace(parts[0]))(*parts)
        return [r if hasattr(r, "shape") else r + 0 * parts[0] for r in results]

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        return self._evaluate("value", x)[0]

    def gradient(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""
        parts = self._evaluate("gradient", x)
        return Components(parts) if isinstance(x, Components) else _stack(parts)

    def hessian(self, x: Any) -> Any:
        r"""$\nabla^2 f(x)$, shape `(..., d, d)`, for arrays."""
        stacked = _stack(self._evaluate("hessian", x))
        return stacked.reshape(*stacked.shape[:-1], self.dim, self.dim)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""$\nabla^2 f(x) v$, of the kind and shape of `x`."""
        entries, d = self._evaluate("hessian", x), self.dim
        parts = list(v) if isinstance(v, Components) else [*_unstack(v)]
        rows = [sum(entries[i * d + j] * parts[j] for j in range(d)) for i in range(d)]
        return Components(rows) if isinstance(x, Components) else _stack(rows)

    def locate(self) -> np.ndarray:
        """The declared critical points, or those Newton's method finds in the box."""
        if self.declared_points:
            points = np.array(self.declared_points, dtype=float)
            worst = np.abs(self.gradient(points)).max()
            if not worst < 1e-9:
                raise ValueError(
                    f"`{self.name}` declares a critical point where the gradient is "
                    f"{worst:.2g}, not 0."
                )
            return points
        return search(self)


def search(landscape: Landscape, per_axis: int = 41, steps: int = 60) -> np.ndarray:
    """Critical points in the box: Newton's method from every node of a grid.

    Args:
        landscape: with a Hessian; d at most 3.
        per_axis: nodes along each axis.
        steps: of Newton's method.

    Returns:
        Distinct points, sorted by coordinates, shape `(k, d)`. Complete only as far as
        the grid is fine enough.
    """
    box = np.array(landscape.box)
    x = np.array(list(product(*(np.linspace(*side, per_axis) for side in box))))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            g, H = landscape.gradient(x), landscape.hessian(x)
            # The damping only guards singular Hessians far from any solution.
            H = H + 1e-14 * np.abs(H).max((-1, -2), keepdims=True) * np.eye(len(box))
            usable = np.isfinite(H).all((-1, -2)) & np.isfinite(g).all(-1)
            x, g, H = x[usable], g[usable], H[usable]
            usable = np.abs(np.linalg.det(H)) > 0
            x, g, H = x[usable], g[usable], H[usable]
            x = x - np.linalg.solve(H, g[..., None])[..., 0]
        scale = np.abs(landscape.hessian(x)).max((-1, -2))
        found = np.abs(landscape.gradient(x)).max(-1) <= 1e-9 * (1 + scale)
    found &= ((x >= box[:, 0]) & (x <= box[:, 1])).all(-1)
    distinct: list[np.ndarray] = []
    for point in x[found]:
        if all(np.abs(point - other).max() > 1e-5 for other in distinct):
            distinct.append(point)
    return np.array(sorted(map(tuple, distinct))).reshape(-1, len(box))


def _unstack(x: Any) -> list:
    return [x[..., i] for i in range(x.shape[-1])]


def _stack(parts: list) -> Any:
    if namespace(parts[0]) == "torch":
        import torch

        return torch.stack(parts, dim=-1)
    return np.stack(parts, axis=-1)
