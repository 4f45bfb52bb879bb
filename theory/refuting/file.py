"""A counterexample as a Python file of its own, to load, to plot and to run."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.files import atomic, check_folder
from theory.method import Method

if TYPE_CHECKING:
    from theory.refuting.found import Counterexample

# Names that the file itself uses.
TAKEN = ("array", "Interpolant", "measured", "ratio", "METHOD", "ETA", "STARTS")
SAID = {
    "distance": "is at most {c:g} times as far from the minimiser as its start",
    "pair": "leaves two points at most {c:g} times as far apart as before",
    "descent": "leaves at most {c:g} times f - f* of its start",
    "rise": "raises f by at most {c:g} |g|^2",
}
FILE = '''r"""{title}

{said}

Run this file to measure the ratio; `landscapes.load`, given its path, makes f.
"""

from numpy import array

from landscapes.interpolant import Interpolant
from theory.refuting.measured import measured
{imports}

METHOD = {method}
ETA = {eta!r}
STARTS = {starts}


def {name}():
    """The function."""
    points = {points}
    gradients = {gradients}
    values = {values}
    return Interpolant(points, gradients, values, {mu!r}, {beta!r}, "{name}")


def ratio():
    """Measured by running the method."""
    return measured(
        METHOD,
        {name}(),
        STARTS,
        ETA,
{numbers}
    )


if __name__ == "__main__":
    print(ratio())
'''


def save(
    found: Counterexample,
    folder: str | Path,
    name: str | None = None,
    says: str | None = None,
) -> Path:
    """Writes it as a landscape: `landscapes.load(path)` gives the very same function.

    Args:
        found: the counterexample.
        folder: made if need be.
        name: of the file and of the function in it; None: method and measure.
        says: which statement it refutes, for the file's docstring; None: that the
            ratio is at most its factor.

    Returns:
        The file's path.

    Raises:
        ValueError: the name is no name of a function, or one that the file uses.
    """
    name = name or _plain(f"{found.method.label}_{found.measure}")
    if not name.isidentifier() or iskeyword(name) or name in TAKEN:
        raise ValueError(f"a counterexample's name is a function's, got `{name}`.")
    if says and ('"' in says or "\\" in says):
        raise ValueError(f"a statement has no quotes and no backslashes, got `{says}`.")
    f = found.landscape
    numbers = {key: getattr(found, key) for key in ("measure", "steps", "radius")}
    given = (f"{' ' * 8}{key}={_source(value)}," for key, value in numbers.items())
    text = FILE.format(
        name=name,
        title=f"{found.method.label}: a function that refutes by its {found.measure}.",
        said=textwrap.fill(_said(found, says), 88),
        imports="\n".join(sorted(_imports(found.method))),
        method=_source(found.method),
        eta=float(found.eta),
        starts=_rows(found.points, 0),
        points=_rows(f.points, 4),
        gradients=_rows(f.gradients, 4),
        values=_rows(f.values, 4),
        mu=float(f.mu),
        beta=float(f.beta),
        numbers="\n".join(given),
    )
    path = Path(folder) / f"{name}.py"
    check_folder(path.parent)
    with atomic(path) as file:
        file.write_text(text, encoding="utf-8")
    return path


def _said(found: Counterexample, says: str | None) -> str:
    """The statement, and what the function makes of it."""
    f, kind = found.landscape, found.measure
    kind = "rise" if kind == "descent" and f.mu < 0 else kind
    says = says or f"every step {SAID[kind].format(c=found.factor)}"
    return (
        f"Refuted: {says}. Here f has curvature in [{f.mu:g}, {f.beta:g}], the "
        f"learning rate is {found.eta:.10g} and the ratio is {found.ratio:.10g}, "
        f"against {found.factor:.10g}."
    )


def _rows(numbers: Any, indent: int) -> str:
    """An array's source, a row a line."""
    inner = " " * (indent + 4)
    rows = np.asarray(numbers, dtype=float).tolist()
    if isinstance(rows[0], list):
        lines = [f"{inner}[{', '.join(map(repr, row))}]," for row in rows]
    else:
        lines = [f"{inner}{row!r}," for row in rows]
    return "\n".join(["array([", *lines, " " * indent + "])"])


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
