"""A statement in words."""

from __future__ import annotations

from fractions import Fraction

from theory.proving.rational import between
from theory.proving.statement import CONVERGENCE, Statement

# What is measured before and after a step.
MEASURED = {
    "distance": ("|w - w*|", "|w+ - w*|"),
    "pair": ("|w - v|", "|w+ - v+|"),
    "descent": ("(f(w) - f*)", "f(w+) - f*"),
    "change": ("|grad f(w)|^2", "f(w+) - f(w)"),
}


def words(statement: Statement) -> str:
    """Class, method and ranges, bound, and why the learning rates that were checked do.

    A line each.
    """
    s = statement
    start, end = MEASURED["change" if s.mu < 0 or s.lemma else s.measure]
    star = ", and w* a minimiser of f" * ("*" in start)
    lines = [
        f"Let f - (mu/2) |x|^2 and (beta/2) |x|^2 - f be convex, in any dimension, for "
        f"mu = {s.mu} and beta = {s.beta}{star}.",
        _steps(s, start),
        f"{end} <= {_bound(s, start)}.",
    ]
    if s.lemma:
        lines.append(
            "f(w - eta d) - f(w) <= eta (beta/2 eta |d|^2 - <g, d>), and the bracket "
            "grows with eta."
        )
    if s.measure == CONVERGENCE:
        lines.append("So if f is bounded below, grad f tends to 0 from every start.")
    elif s.mu >= 0:
        still = ", and 1 at eta = 0" * (s.factor >= 1)
        lines.append(f"The ratio is convex in eta{still}.")
    return "\n".join(lines)


def _method(s: Statement) -> str:
    ranges = {name: (value, value) for name, value in s.hyperparameters.items()}
    ranges |= ({"rho": s.rho} if s.rho else {}) | {"eta": s.eta}
    said = [
        f"{name} {'=' if low == high else 'in'} {between((low, high))}"
        for name, (low, high) in ranges.items()
    ]
    return f"{s.made(s.rho and s.rho[0]).label} with {', '.join(said)}"


def _steps(s: Statement, start: str) -> str:
    if s.measure == "pair":
        return f"Any two steps of {_method(s)}, from w and from v, have"
    near = "" if s.radius is None else f" from where {start.strip('()')} <= {_size(s)}"
    return f"Every step of {_method(s)}{near} has"


def _bound(s: Statement, start: str) -> str:
    if s.radius is not None:
        return str(s.factor * _size(s))
    share = f" eta/{_last(s)}" * (s.measure == CONVERGENCE)
    return f"{s.factor}{share} {start}" if s.factor else "0"


def _last(s: Statement) -> str:
    top = s.eta[1]
    return str(top) if top.denominator == 1 else f"({top})"


def _size(s: Statement) -> Fraction:
    """Of what is measured, at first, with a radius."""
    return s.beta * s.radius**2 / 2 if s.measure == "descent" else s.radius
