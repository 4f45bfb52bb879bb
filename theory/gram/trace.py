"""A method run for every function of a class at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from landscapes.interpolation import slack
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
    r"""What a method divides by: at any fixed number the step is linear.

    Args:
        name: `r0`, ... for a norm $\|g\|$, `gamma0`, ... for $\|g\|/\|g'\|$.
        ascent: of a ratio the c of $w_a = w + cg$, a polynomial; None of a norm.
        over: the norm that c is to be divided by, if any.
    """

    name: str
    ascent: Polynomial | None = None
    over: str | None = None

    def interval(self, mu: Any, beta: Any, **values: Any) -> tuple[Any, Any]:
        r"""Of a ratio, T1: $\gamma \in [1/(1+c\beta), 1/(1+c\mu)]$.

        The upper end is None where $1 + c\mu \le 0$: there the class has none.
        """
        c = self.ascent(**values)
        if self.over is not None:
            c = c / values[self.over]
        low, high = sorted((1 + c * mu, 1 + c * beta))
        return (1 / high, 1 / low) if low > 0 else (0, None)


@dataclass
class Trace:
    """What steps of a method ask of f, and what they divide by.

    A gradient that is divided by its norm r becomes r e, e a unit vector: nothing is
    singular as r -> 0. That a gradient vanishes exactly is left out: a method then
    stays where it is.
    """

    points: list[Point] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    _units: dict[str, str] = field(default_factory=dict)  # names of r by names of g
    _ratios: list[tuple[Vector, Vector, Polynomial]] = field(default_factory=list)

    def vector(self, *names: str) -> Vector:
        """A basis vector, or the origin."""
        return Vector(dict.fromkeys(names, 1), self)

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

    def step(
        self, method: Method, base: Any, x: Vector, eta: Any, steps: int
    ) -> Vector:
        """The point after some steps."""
        state, velocity = method.init(x), base.init(x)
        for _ in range(steps):
            d, _, state = method.direction(x, state, self.gradient)
            x, velocity = base.update(x, d, velocity, eta)
        return x

    def unit(self, g: Vector) -> Vector:
        """The unit vector along a gradient."""
        name = self._gradient(g)
        if name not in self._units:
            self._units[name] = f"r{len(self.parameters)}"
            self.parameters.append(Parameter(self._units[name]))
        return self.vector(_along(name))

    def ratio(self, g: Vector, ahead: Vector) -> Polynomial:
        r"""$\|g\|/\|g'\|$."""
        name = f"gamma{len(self.parameters)}"
        self.parameters.append(Parameter(name, *self._ascent(g, ahead)))
        self._ratios.append((g, ahead, variable(name)))
        return variable(name)

    def _gradient(self, v: Vector) -> str:
        name, *more = v.terms
        if more or name[0] != "g" or v.terms[name] != 1:
            raise TypeError("a norm of what is no gradient")
        return name

    def _ascent(self, g: Vector, ahead: Vector) -> tuple[Polynomial, str | None]:
        """The c of $w_a = w + cg$, and what divides it."""
        name = self._gradient(g)
        ends = [p.x for v in (g, ahead) for p in self.points if p.g.same(v)]
        if len(ends) != 2:
            raise TypeError("a ratio of norms whose range is not known")
        along = dict((ends[1] - ends[0]).terms)
        plain, unit = (as_polynomial(along.pop(n, 0)) for n in (name, _along(name)))
        if along:
            raise TypeError("a ratio of norms whose range is not known")
        if not unit.terms:
            return plain, None
        return plain * variable(self._units[name]) + unit, self._units[name]

    def settled(self, v: Vector) -> Vector:
        """With r e for every gradient that was divided by its norm r."""
        total = self.vector()
        for name, value in v.terms.items():
            if name in self._units:
                name, value = _along(name), value * variable(self._units[name])
            total = total + self.vector(name) * value
        return total

    def equalities(self) -> list[Form]:
        """What the parameters stand for, each 0."""
        one = Form({(): 1})
        units = [self.vector(_along(name)) for name in self._units]
        ratios = [(self.settled(g), self.settled(d), c) for g, d, c in self._ratios]
        return [dot(e, e) - one for e in units] + [
            dot(g, g) - dot(d, d) * (c * c) for g, d, c in ratios
        ]


def _along(name: str) -> str:
    """Of the gradient `g1` the unit vector `e1`."""
    return f"e{name[1:]}"


@minimum.register
def _(a: Polynomial, b: float) -> Any:
    raise TypeError("a minimum")


def interpolation(one: Point, other: Point, mu: Any, beta: Any) -> Form:
    """The inequality of a pair of points, >= 0; all hold iff some f passes through."""
    return slack(one.f - other.f, one.x - other.x, one.g, other.g, mu, beta, dot)
