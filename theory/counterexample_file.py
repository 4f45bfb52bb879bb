"""A counterexample as a Python file of its own, to load, to plot and to run."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.files import atomic, check_folder
from theory.method import Method

if TYPE_CHECKING:
    from theory.counterexample import Counterexample

SAID = {
    "distance": "is never further from the minimiser than {c} times the start",
    "pair": "never has two of them further apart than {c} times their starts",
    "descent": "never has more than {c} times the excess f - f* of its start",
    "rise": "never rises by more than {c} |g|^2",
}
FILE = '''r"""{title}.

Refutes that a step of {label} {said}, whatever the function with curvature in
[{mu:g}, {beta:g}]: here the ratio is {ratio!r}. Run this file to measure it, or
`landscapes.load("{name}.py")` to have the function. Learning rate {eta!r}.
"""

from numpy import array

from landscapes.interpolant import Interpolant
from theory.measured import measured
{imports}

STARTS = array({starts})


def {name}():
    """The function through {count} points, gradients and values."""
    return Interpolant(
        points=array({points}),
        gradients=array({gradients}),
        values=array({values}),
        mu={mu!r},
        beta={beta!r},
        name="{name}",
    )


def ratio():
    """Measured by running the method."""
    method = {method}
    return measured(method, {name}(), STARTS, {arguments})


if __name__ == "__main__":
    print(ratio())
'''


def save(found: Counterexample, folder: str | Path, name: str | None = None) -> Path:
    """Writes it as a landscape: `landscapes.load(path)` gives the very same function.

    Args:
        found: the counterexample.
        folder: made if need be.
        name: of the file and the function in it; None: method and measure.

    Returns:
        The file's path.

    Raises:
        ValueError: the name is no name of a function.
    """
    name = name or _plain(f"{found.method.label}_{found.measure}")
    if not name.isidentifier():
        raise ValueError(f"a counterexample's name is a function's, got `{name}`.")
    f, kind = found.landscape, found.measure
    rises = kind == "descent" and f.mu < 0
    numbers = {"eta": found.eta, "measure": kind}
    numbers |= {"steps": found.steps, "radius": found.radius}
    text = FILE.format(
        name=name,
        title=f"{found.method.label}, {kind}: found by the programme of the worst case",
        label=_source(found.method),
        said=SAID["rise" if rises else kind].format(c=f"{found.factor:g}"),
        ratio=found.ratio,
        eta=float(found.eta),
        imports="\n".join(sorted(_imports(found.method))),
        starts=found.points.tolist(),
        count=len(f.points),
        points=f.points.tolist(),
        gradients=f.gradients.tolist(),
        values=f.values.tolist(),
        mu=float(f.mu),
        beta=float(f.beta),
        method=_source(found.method),
        arguments=", ".join(f"{key}={_source(n)}" for key, n in numbers.items()),
    )
    path = Path(folder) / f"{name}.py"
    check_folder(path.parent)
    with atomic(path) as file:
        file.write_text(text, encoding="utf-8")
    return path


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text.lower())


def _source(value: Any) -> str:
    """What Python makes the value of."""
    if isinstance(value, Method):
        parts = (f"{s.name}={_source(getattr(value, s.name))}" for s in fields(value))
        return f"{type(value).__name__}({', '.join(parts)})"
    if value is None or isinstance(value, (str, int)):
        return repr(value)
    number = float(value)
    return repr(number) if abs(number) < float("inf") else f'float("{number}")'


def _imports(method: Method) -> set[str]:
    """The lines that its source needs."""
    own = f"from {type(method).__module__} import {type(method).__name__}"
    parts = (getattr(method, spec.name) for spec in fields(method))
    inner = (_imports(part) for part in parts if isinstance(part, Method))
    return {own}.union(*inner)
