r"""Parabolas on which a bound is attained.

There its remainder vanishes, so no multipliers prove it with room to spare: those of a
solver, rounded, prove nothing. But the parabola is rational, and that the remainder
vanishes on it are equations to be kept exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from theory.gram.dual import Dual
from theory.gram.polynomial import as_polynomial
from theory.gram.programme import Programme
from theory.gram.vector import Form, Vector

# Of every point of a basis its coordinate on a line.
Line = dict[str, Fraction]


def attained(dual: Dual, made: Programme, curvatures: tuple) -> tuple[Line, ...]:
    """The parabolas of given curvatures that attain a bound without parameters."""
    lines = (_parabola(made, lam) for lam in curvatures)
    return tuple(line for line in lines if _value(dual.target, line) == 0)


def vanishing(dual: Dual, line: Line) -> Iterator[dict[Any, Fraction]]:
    """The equations on the multipliers: the remainder, times the line, is 0."""
    target = _rows(dual.target, line)
    rows = {name: _rows(form, line) for name, form in dual.forms.items()}
    for i in dual.basis:
        row = {(name, 0): found.get(i, 0) for name, found in rows.items()}
        row["1"] = -target.get(i, 0)
        yield {name: Fraction(v) for name, v in row.items() if v}


def _parabola(made: Programme, lam: Fraction) -> Line:
    r"""The start is 1; every gradient and value that of $\lambda x^2/2$."""
    line: Line = {"w": Fraction(1)}
    for point in made.points:
        x = _at(point.x, line)
        line |= dict.fromkeys(point.g.terms, lam * x)
        line |= dict.fromkeys(point.f.terms, lam * x * x / 2)
    return line


def _at(vector: Vector, line: Line) -> Fraction:
    terms = ((_number(c), line[name]) for name, c in vector.terms.items())
    return sum((c * x for c, x in terms), Fraction(0))


def _value(form: Form, line: Line) -> Fraction:
    values = (
        _number(c)
        * (line[key] if isinstance(key, str) else line[key[0]] * line[key[1]])
        for key, c in form.terms.items()
    )
    return sum(values, Fraction(0))


def _rows(form: Form, line: Line) -> dict[str, Fraction]:
    """Of a form's matrix, times the line."""
    rows: dict[str, Fraction] = {}
    for key, c in form.terms.items():
        if isinstance(key, tuple):
            for i, j in (key, key[::-1]):
                rows[i] = rows.get(i, Fraction(0)) + _number(c) * line[j] / 2
    return rows


def _number(coefficient: Any) -> Fraction:
    """Without parameters a polynomial is one."""
    return Fraction(as_polynomial(coefficient)())
