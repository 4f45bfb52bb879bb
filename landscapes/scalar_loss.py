"""The loss of one sample as a function of a number: value, slope, curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sympy

from landscapes.arrays import namespace
from landscapes.registry import unknown
from landscapes.without_overflow import huber, log1p, log_cosh, numerics, softplus

Z, Y = sympy.symbols("z y", real=True)


@dataclass(frozen=True, eq=False)
class ScalarLoss:
    r"""$l(z, y)$ of a prediction z and a target y, from one SymPy expression.

    Args:
        name: as in `LOSSES`.
        expression: $l$ in the symbols `Z` and `Y`, bounded below by 0, its infimum
            over z for every y.
        curvatures: infimum and supremum over z of $\partial_z^2 l$, exact for every
            target the loss is meant for ($\pm1$ for the logistic loss).
        lipschitz: supremum over z of $|\partial_z l|$; infinite for the square.
    """

    name: str
    expression: sympy.Expr
    curvatures: tuple[float, float]
    lipschitz: float = float("inf")

    @property
    def convex(self) -> bool:
        """Whether the curvature is nowhere negative."""
        return self.curvatures[0] >= 0

    def value(self, z: Any, y: Any) -> Any:
        """$l(z, y)$, elementwise."""
        return self._at(0, z, y)

    def slope(self, z: Any, y: Any) -> Any:
        r"""$\partial_z l(z, y)$."""
        return self._at(1, z, y)

    def curvature(self, z: Any, y: Any) -> Any:
        r"""$\partial_z^2 l(z, y)$."""
        return self._at(2, z, y)

    def _at(self, order: int, z: Any, y: Any) -> Any:
        result = _derivative(self.expression, order, namespace(z))(z, y)
        return result if hasattr(result, "shape") else result + 0 * z

    def times(self, factor: float) -> ScalarLoss:
        """The loss `factor` > 0 times as large: n turns a mean into a sum."""
        return replace(
            self,
            expression=factor * self.expression,
            curvatures=tuple(factor * c for c in self.curvatures),
            lipschitz=factor * self.lipschitz,
        )


@cache
def _derivative(expression: sympy.Expr, order: int, library: str) -> Callable:
    formula = sympy.diff(expression, Z, order)
    return sympy.lambdify((Z, Y), formula, modules=[numerics(library)], cse=True)


LOSSES = {
    loss.name: loss
    for loss in (
        ScalarLoss("square", (Z - Y) ** 2 / 2, (1.0, 1.0)),
        ScalarLoss("logistic", softplus(-Y * Z), (0.0, 0.25), 1.0),
        ScalarLoss("log_square", log1p((Z - Y) ** 2), (-0.25, 2.0), 1.0),
        ScalarLoss("log_cosh", log_cosh(Z - Y), (0.0, 1.0), 1.0),
        ScalarLoss("softplus", softplus(Z - Y), (0.0, 0.25), 1.0),
        ScalarLoss("huber", huber(Z - Y), (0.0, 1.0), 1.0),
    )
}


def loss(name: str) -> ScalarLoss:
    """A loss by its name.

    Raises:
        ValueError: the name is unknown (the nearest are named).
    """
    if name not in LOSSES:
        raise unknown("loss", name, LOSSES)
    return LOSSES[name]
