r"""Method, the contract of a surrogate gradient, and its four primitives.

A method uses only `+ - * /` with scalars, `norm`, `unit`, `ratio`, `dot` (and here and
there `minimum`) and the gradient it is given. Hence one definition runs on NumPy and
torch arrays, on Components, on SymPy expressions, and compiled. This module imports
none of these libraries; a kind of point that arithmetic alone does not serve registers
its own version of a primitive.

$u(0) = 0$, a quotient by zero is zero, and no epsilon stands in any denominator. The
norm squares, so in float64 it is zero below about 1e-162 (1e-23 in float32).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import singledispatch
from math import inf
from typing import Any

from landscapes.components import Components


@singledispatch
def dot(a: Any, b: Any) -> Any:
    r"""$\langle a, b\rangle$, shape `(..., 1)`; `(...)` for Components."""
    return (a * b).sum(axis=-1, keepdims=True)


@dot.register
def _(a: Components, b: Components) -> Any:
    first, *rest = (p * q for p, q in zip(a, b, strict=True))
    return sum(rest, start=first)


@singledispatch
def root(a: Any) -> Any:
    r"""$\sqrt a$ of a scalar."""
    return a**0.5


@singledispatch
def ratio(a: Any, b: Any) -> Any:
    """$a / b$, and 0 where $b = 0$, for scalars of the batch."""
    return a * (b != 0) / nonzero(b)


@singledispatch
def nonzero(b: Any) -> Any:
    """The scalar b, and 1 where b = 0: a denominator."""
    return b + (b == 0)


@singledispatch
def minimum(a: Any, b: float) -> Any:
    """The smaller of a scalar of the batch and a number."""
    return a.clip(max=b)


def norm(v: Any) -> Any:
    r"""$\|v\|_2$ over all coordinates, shape `(..., 1)`; `(...)` for Components."""
    return root(dot(v, v))


def unit(v: Any) -> Any:
    r"""$u(v) = v / \|v\|$, $u(0) = 0$."""
    return v / nonzero(norm(v))


def hyperparameter(default: Any, low: float = 0.0, static: bool = False) -> Any:
    """A field with its least value; `static` ones are not arrays of the batch."""
    return field(default=default, metadata={"low": low, "static": static})


@dataclass(frozen=True, eq=False)
class Method(ABC):
    """A map from a point and its gradient oracle to a surrogate gradient.

    Hyperparameters may be arrays that broadcast over the batch.

    Attributes:
        label: its name in tables and figures.
        color: its colour in figures.
        radius_unit: what rho is measured in: `length` (normalised ascent) or `rate`
            (a multiple of the gradient, like a learning rate: 1 / curvature).
    """

    label = ""
    color = "#000000"
    radius_unit = "length"

    def __post_init__(self) -> None:
        """Refuses numbers out of range; arrays are checked where they enter a run."""
        for spec in fields(self):
            value, low = getattr(self, spec.name), spec.metadata.get("low")
            if isinstance(value, (int, float)) and low is not None:
                finite = value < inf or spec.default == inf
                if not (value >= low and finite):
                    raise ValueError(
                        f"`{type(self).__name__}` takes a finite {spec.name} >= "
                        f"{low:g}, got {value}."
                    )

    def init(self, x: Any) -> Any:
        """The state before the first step; a tuple of arrays, `()` for most."""
        return ()

    @abstractmethod
    def direction(
        self, x: Any, state: Any, gradient: Callable[[Any], Any]
    ) -> tuple[Any, Any, Any]:
        r"""The surrogate gradient at x; pure.

        Args:
            x: points, `(..., d)` or Components.
            state: from `init` or the previous call.
            gradient: $\nabla f$ on this step's sample.

        Returns:
            `(d, g, state)`: the surrogate gradient, the raw gradient $g = \nabla f(x)$
            it was built on, the next state.
        """

    def having(self, **values: Any) -> Method:
        """A copy with hyperparameters replaced by name, in wrapped methods too.

        Names that occur nowhere are ignored: GD has no radius.
        """
        changes = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, Method):
                changes[spec.name] = value.having(**values)
            elif spec.name in values:
                changes[spec.name] = values[spec.name]
        return replace(self, **changes)

    def get(self, name: str, default: Any = 0.0) -> Any:
        """A hyperparameter by name, of this method or the one it wraps."""
        for spec in fields(self):
            value = getattr(self, spec.name)
            if spec.name == name:
                return value
            if isinstance(value, Method):
                return value.get(name, default)
        return default
