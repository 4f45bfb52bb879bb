"""The worst case of a step as a programme in inner products and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.base import gradient_descent
from theory.gram.trace import Parameter, Point, Trace, interpolation
from theory.gram.vector import Form, Vector
from theory.method import Method, dot

MEASURES = ("distance", "pair", "descent")
# What the descent lemma bounds a step's rise by, beta/2 |w+ - w|^2 - <g, w - w+>.
RISE = "rise"
PAIRED = 3  # points of a pair's differences: the origin and those of two gradients


@dataclass(frozen=True)
class Programme:
    """Maximise `final` where `initial` <= 1, all `inequalities` >= 0, `equalities` = 0.

    Coefficients are polynomials in the parameters (and in any argument that was one).

    Args:
        measure: `distance`, `pair` or `descent`.
        points: where gradients are taken.
        initial: what is worst in proportion to.
        final: what is to be made large.
        inequalities: of the class, by their points.
        equalities: what the parameters stand for.
        parameters: to sweep.
    """

    measure: str
    points: tuple[Point, ...]
    initial: Form
    final: Form
    inequalities: dict[tuple[int, int], Form]
    equalities: tuple[Form, ...]
    parameters: tuple[Parameter, ...]


def programme(
    method: Method,
    mu: Any,
    beta: Any,
    eta: Any,
    measure: str = "distance",
    steps: int = 1,
    base: Any = gradient_descent,
    star: bool = True,
) -> Programme:
    r"""The worst case of some steps over all f with curvature in $[\mu, \beta]$.

    `distance`: $\|w^+ - w^*\|^2$ over $\|w - w^*\|^2$; `descent`: $f(w^+) - f^*$ over
    $f(w) - f^*$, without a minimiser (`star` false) $f(w^+) - f(w)$ over $\|g\|^2$;
    `rise`: $\frac\beta2\|w^+ - w\|^2 - \langle g, w - w^+\rangle \ge f(w^+) - f(w)$
    over $\|g\|^2$;
    `pair`: $\|w^+ - v^+\|^2$ over $\|w - v\|^2$. A pair of steps that divide by nothing
    depends on differences alone, and of the inequalities that bind these only the sums
    over the two trajectories matter (N3): then v, its gradients are 0.

    Raises:
        ValueError: the method does what no linear programme expresses.
    """
    trace = Trace()
    try:
        x, end = _steps(trace, method, base, eta, measure, steps, star)
    except TypeError as error:
        raise ValueError(
            f"`{method.label}` cannot be certified: it takes {error}, which is not "
            "linear in points and gradients."
        ) from error
    if measure == "pair" and trace.parameters:
        trace = Trace()
        x, end = _steps(trace, method, base, eta, measure, steps, star=False)
        end = end - trace.step(method, base, trace.vector(), eta, steps)
    initial, final = _ends(trace, x, end, measure, star, beta)
    points = tuple(
        Point(trace.settled(p.x), trace.settled(p.g), p.f) for p in trace.points
    )
    inequalities = _inequalities(points, mu, beta)
    if measure == "pair" and not trace.parameters:
        if len(points) > PAIRED:
            raise ValueError(
                f"a pair of `{method.label}` cannot be certified: it takes "
                f"{len(points) - 1} gradients a step, and what is known of pairs (N3) "
                f"is for {PAIRED - 1}."
            )
        inequalities = {
            (0, i): inequalities[0, i] + inequalities[i, 0]
            for i in range(1, len(points))
        }
    equalities, parameters = tuple(trace.equalities()), tuple(trace.parameters)
    return Programme(
        measure, points, initial, final, inequalities, equalities, parameters
    )


def _steps(trace, method, base, eta, measure, steps, star) -> tuple[Vector, Vector]:
    """Where the steps begin and end."""
    if star:
        trace.star()
    x = trace.vector("w") if star or measure == "pair" else trace.vector()
    return x, trace.step(method, base, x, eta, steps)


def _ends(trace, x, end, measure, star, beta) -> tuple[Form, Form]:
    """What is measured at the beginning and at the end."""
    if measure == "descent":
        start, last = trace.at(x), trace.at(end)
        if star:
            return start.f, last.f
        g = trace.settled(start.g)
        return dot(g, g), last.f - start.f
    if measure == RISE:
        g, moved = (trace.settled(v) for v in (trace.at(x).g, x - end))
        return dot(g, g), dot(moved, moved) * beta / 2 - dot(g, moved)
    x, end = trace.settled(x), trace.settled(end)
    return dot(x, x), dot(end, end)


def _inequalities(points, mu, beta) -> dict[tuple[int, int], Form]:
    return {
        (i, j): interpolation(p, q, mu, beta)
        for i, p in enumerate(points)
        for j, q in enumerate(points)
        if i != j
    }
