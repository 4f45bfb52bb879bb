r"""Method, the contract of a surrogate gradient, and its four primitives.

A method uses only `+ - * /` with scalars, `norm`, `unit`, `ratio`, `dot` (and here and
there `minimum`, `maximum`, `sign`, `column`, `difference`) and the gradient it is
given; a few ask that gradient for more, by `need`. Those that go coordinate by
coordinate multiply points and take `absolute`, `root`, `ratio`, `maximum` of them.
Hence one definition runs on NumPy and torch arrays, on Components, on SymPy
expressions, and compiled. This module imports none of these libraries; a kind of point
that arithmetic alone does not serve registers its own version of a primitive.

$u(0) = 0$, a quotient by zero is zero, and no epsilon stands in any denominator. The
norm squares, so in float64 it is zero below about 1e-162 (1e-23 in float32).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields, replace
from functools import singledispatch
from math import inf
from typing import Any

from landscapes.components import Components

ROUNDING = 2**14  # units in the last place that a `difference` must exceed


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
    r"""$\sqrt a$ of a scalar, or of every coordinate."""
    return a**0.5


@root.register
def _(a: Components) -> Components:
    return a.map(root)


@singledispatch
def ratio(a: Any, b: Any) -> Any:
    """$a / b$, and 0 where $b = 0$, for two scalars of the batch or two points.

    Where b has overflown nothing is known of the quotient: NaN, not 0.
    """
    return a * (b != 0) / nonzero(b) + 0 * b


@ratio.register
def _(a: Components, b: Components) -> Components:
    return a.map(ratio, b)


@singledispatch
def nonzero(b: Any) -> Any:
    """The scalar b, and 1 where b = 0: a denominator."""
    return b + (b == 0)


@singledispatch
def minimum(a: Any, b: Any) -> Any:
    """The smaller of a scalar of the batch and a number, or of two points."""
    return a.clip(max=b)


@minimum.register
def _(a: Components, b: Components) -> Components:
    return a.map(minimum, b)


@singledispatch
def maximum(a: Any, b: Any) -> Any:
    """The larger of a scalar of the batch and a number, or of two points."""
    return -minimum(-a, -b)


@singledispatch
def absolute(v: Any) -> Any:
    """The size of every coordinate."""
    return abs(v)


@absolute.register
def _(v: Components) -> Components:
    return v.map(abs)


@singledispatch
def sign(v: Any) -> Any:
    """1, 0 or -1 in every coordinate; $v_i / |v_i|$ is exact."""
    return ratio(v, abs(v))


@sign.register
def _(v: Components) -> Components:
    return v.map(sign)


@singledispatch
def column(x: Any, a: Any) -> Any:
    """A value a point, `(...)`, as a scalar of the batch beside the points x."""
    return a[..., None]


@column.register
def _(x: Components, a: Any) -> Any:
    return a


def norm(v: Any) -> Any:
    r"""$\|v\|_2$ over all coordinates, shape `(..., 1)`; `(...)` for Components."""
    return root(dot(v, v))


def unit(v: Any) -> Any:
    r"""$u(v) = v / \|v\|$, $u(0) = 0$."""
    return v / nonzero(norm(v))


def difference(a: Any, b: Any) -> Any:
    r"""$a - b$, and 0 where no more than rounding is left of it.

    That is below about 1e-12 of $\sqrt{\|a\|^2 + \|b\|^2}$ in float64, 1e-3 in
    float32: to normalise it would blow rounding up to full length. Exact numbers have
    no rounding.
    """
    v, whole = a - b, root(dot(a, a) + dot(b, b))
    left = (whole + norm(v) / ROUNDING) - whole
    return v * ratio(left, left)


@singledispatch
def fill(v: Any, places: list[slice], value: float) -> Any:
    """A copy of v that is a number at some places of the last axis."""
    v = v * 1
    for place in places:
        v[..., place] = value
    return v


def places(gradient: Callable[[Any], Any], without: str) -> list[slice]:
    """Where parameter tensors lie in a point whose names are without a word.

    Nowhere if the sample's landscape has no names.
    """
    landscape = getattr(gradient, "landscape", None)
    found = getattr(gradient, "segments", None) or getattr(landscape, "segments", None)
    return [place for name, place in (found or {}).items() if without not in name]


def hyperparameter(
    default: Any,
    low: float = 0.0,
    high: float = inf,
    static: bool = False,
    finite: bool = True,
) -> Any:
    """A field with its range; `static` ones are not arrays of the batch.

    An `int` as default makes it a whole number.
    """
    limits = {"low": low, "high": high, "static": static, "finite": finite}
    return field(default=default, metadata=limits)


def allowed(spec: Field, value: Any) -> Any:
    """Whether a number, or every number of an array, is in its field's range."""
    limits = spec.metadata
    inside = (value >= limits["low"]) & (value <= limits["high"])
    if limits["finite"]:
        inside = inside & (abs(value) < inf)
    return inside & (value % 1 == 0) if type(spec.default) is int else inside


def _range(spec: Field) -> str:
    """`a finite rho >= 0`, `lam in [0, 1]`, `a whole m >= 1`."""
    limits = spec.metadata
    if limits["high"] < inf:
        return f"{spec.name} in [{limits['low']:g}, {limits['high']:g}]"
    kind = "whole" if type(spec.default) is int else "finite"
    least = f" >= {limits['low']:g}" if limits["low"] > -inf else ""
    return f"{f'a {kind} ' if limits['finite'] else ''}{spec.name}{least}"


def need(method: Method, gradient: Callable[[Any], Any], name: str) -> Any:
    """What a method needs of this step's sample beside its gradient.

    Raises:
        ValueError: the sample lacks it.
    """
    found = getattr(gradient, name, None)
    if found is None:
        landscape = getattr(getattr(gradient, "landscape", None), "name", None)
        where = f"a sample of `{landscape}`" if landscape else "this gradient"
        lacking = getattr(gradient, "lacking", f"{where} lacks")
        raise ValueError(
            f"`{type(method).__name__}` needs a sample with `{name}`, which {lacking}."
        )
    return found


@dataclass(frozen=True, eq=False)
class Method(ABC):
    """A map from a point and its gradient oracle to a surrogate gradient.

    Hyperparameters may be arrays that broadcast over the batch.

    Attributes:
        label: its name in tables and figures.
        color: its colour in figures.
        radius_unit: what rho is measured in: `length` (normalised ascent) or `rate`
            (a multiple of the gradient, like a learning rate: 1 / curvature).
        whole_step: d has the length of a step, not of a gradient, so that nothing may
            rescale it.
        steady: a step is the same whatever its number, so that several compile to one.
        alone: runs share no step: each draws samples, of a number of its own.
        source: who published it, and from what it is known: `code` (read in the
            authors' own), `abstract`, `secondary`, `reconstructed`.
        formula: d, in TeX; `theory.family` reads it and what follows.
        cost: gradients that a step takes, of its hyperparameters and methods it wraps.
        besides: what a step takes beside them, in words.
        reductions: what it becomes at its ends (`Reduces`).
        equalised: what norms Stable around it makes equal, if not d's and g's.
    """

    label = ""
    color = "#000000"
    radius_unit = "length"
    whole_step = False
    steady = True
    alone = False
    source = ""
    formula = ""
    cost = ""
    besides = ""
    reductions = ()
    equalised = ""

    def __post_init__(self) -> None:
        """Refuses numbers out of range; arrays are checked where they enter a run."""
        for spec in fields(self):
            value = getattr(self, spec.name)
            limited = "low" in spec.metadata and isinstance(value, (int, float))
            if limited and not allowed(spec, value):
                raise ValueError(
                    f"`{type(self).__name__}` takes {_range(spec)}, got {value}."
                )

    @property
    def has_radius(self) -> bool:
        """Whether it has a rho, which is not fixed at 0."""
        return self.get("rho") != 0

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
            gradient: $\nabla f$ on this step's sample: a function, or a `Sample`, which
                offers more (`need`).

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
