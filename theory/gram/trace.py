"""A method run for every function of a class at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from theory.gram.polynomial import Polynomial, as_polynomial, variable
from theory.gram.vector import Form, Vector
from theory.method import Method, dot, minimum


@dataclass(frozen=True)
class Point:
    """A point with the gradient and the value of f there."""

    x: Vector
    g: Vector
    f: Form


@dataclass(frozen=True)
class Parameter:
    r"""What a method divides by: fixed to a number, it leaves the step linear.

    Args:
        name: `gamma0`, ... for $\gamma = \|g\|/\|g'\|$, `q0`, ... for $1/\|g\|$.
        ascent: of a ratio the c of $w_a = w + cg$, to which T1 applies:
            $\gamma \in [1/(1+c\beta), 1/(1+c\mu)]$; None of a norm.
    """

    name: str
    ascent: Polynomial | None = None

    def low(self, beta: Any, **values: Any) -> Any:
        """The least ratio."""
        return 1 / (1 + self.ascent(**values) * beta)

    def high(self, mu: Any, **values: Any) -> Any:
        """The largest ratio, None if the class has none."""
        a = 1 + self.ascent(**values) * mu
        return 1 / a if a > 0 else None


@dataclass
class Trace:
    """What steps of a method ask of f, and what they divide by.

    The case g = 0 is left out: there no method moves, if f is convex or the point is
    where it starts.
    """

    points: list[Point] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    equalities: list[Form] = field(default_factory=list)

    def vector(self, *names: str) -> Vector:
        """A basis vector, or the origin."""
        return Vector(dict.fromkeys(names, 1), self.parameter)

    def gradient(self, x: Vector) -> Vector:
        """The gradient at a point: the same one at the same point."""
        return self.at(x).g

    def at(self, x: Vector) -> Point:
        """The point, new or seen before."""
        for point in self.points:
            if point.x.same(x):
                return point
        n = len(self.points)
        new = Point(x, self.vector(f"g{n}"), Form({f"f{n}": 1}))
        self.points.append(new)
        return new

    def star(self) -> Point:
        """The minimiser: the origin, where gradient and value are 0."""
        star = Point(self.vector(), self.vector(), Form({}))
        self.points.append(star)
        return star

    def parameter(self, kind: str, over: Vector, under: Vector | None = None) -> Any:
        r"""The inverse of a norm or a ratio of norms, and the equality it stands for."""
        if kind == "norm":
            new = variable(f"q{len(self.parameters)}")
            self.parameters.append(Parameter(next(iter(new.terms))[0]))
            self.equalities.append(dot(over, over) * (new * new) + Form({(): -1}))
            return new
        new = variable(f"gamma{len(self.parameters)}")
        self.parameters.append(
            Parameter(next(iter(new.terms))[0], self._ascent(over, under))
        )
        self.equalities.append(dot(over, over) - dot(under, under) * (new * new))
        return new

    def _ascent(self, g: Vector, ahead: Vector) -> Polynomial:
        """The c of $w_a = w + cg$."""
        ends = [p for v in (g, ahead) for p in self.points if p.g.same(v)]
        if len(ends) == 2:
            along = (ends[1].x - ends[0].x).terms
            if along.keys() == g.terms.keys() and len(along) == 1:
                return as_polynomial(next(iter(along.values())))
        raise TypeError("a ratio of norms whose range is not known")

    def step(
        self, method: Method, base: Any, x: Vector, eta: Any, steps: int
    ) -> Vector:
        """The point after some steps."""
        state, velocity = method.init(x), base.init(x)
        for _ in range(steps):
            d, _, state = method.direction(x, state, self.gradient)
            x, velocity = base.update(x, d, velocity, eta)
        return x


@minimum.register
def _(a: Polynomial, b: float) -> Any:
    raise TypeError("a minimum")


def interpolation(one: Point, other: Point, mu: Any, beta: Any) -> Form:
    r"""The inequality of a pair of points; all hold iff some f passes through.

    $f_i - f_j - \langle g_j, x_i - x_j\rangle - \frac\mu2\|x_i - x_j\|^2
    - \|g_i - g_j - \mu(x_i - x_j)\|^2/(2(\beta-\mu)) \ge 0$.
    """
    dx = one.x - other.x
    bent = one.g - other.g - dx * mu
    curved = dot(dx, dx) * mu + dot(bent, bent) / (beta - mu)
    return one.f - other.f - dot(other.g, dx) - curved / 2
