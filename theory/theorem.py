"""A statement in words."""

from __future__ import annotations

from theory.rational import between
from theory.statement import Statement

# What is measured before and after a step.
MEASURED = {
    "distance": ("|w - w*|", "|w+ - w*|"),
    "pair": ("|w - v|", "|w+ - v+|"),
    "descent": ("(f(w) - f*)", "f(w+) - f*"),
    "change": ("|grad f(w)|^2", "f(w+) - f(w)"),
}


def words(statement: Statement) -> str:
    """Class, method, ranges and bound, in three lines."""
    s = statement
    start, end = MEASURED["change" if s.mu < 0 else s.measure]
    star = ", and let w* be a minimiser of f" * ("*" in start)
    ranges = {"rho": s.rho} if s.rho else {}
    values = {n: (v, v) for n, v in s.hyperparameters.items()} | ranges | {"eta": s.eta}
    said = ", ".join(
        f"{name} {'=' if low == high else 'in'} {between((low, high))}"
        for name, (low, high) in values.items()
    )
    size = s.radius
    if size is not None and s.measure == "descent":
        size = s.beta * size**2 / 2
    near = "" if size is None else f" from where {start} <= {size}"
    bound = f"{s.factor} {start}" if size is None else f"{s.factor * size}"
    if s.factor == 0:
        bound = "0"
    return (
        f"Let f - (mu/2) |x|^2 and (beta/2) |x|^2 - f be convex, in any dimension, for "
        f"mu = {s.mu} and beta = {s.beta}{star}.\n"
        f"Every step of {s.made(s.rho and s.rho[0]).label} with {said}{near} has\n"
        f"{end} <= {bound}."
    )
