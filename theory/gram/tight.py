r"""Proofs of a bound that a parabola attains exactly.

There the remainder of the bound vanishes on the parabola, so no multipliers prove it
with room to spare: those of the solver, rounded, prove nothing. But the parabola is
rational, and that the remainder vanishes on it are equations to be kept exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.gram.box import Box
from theory.gram.dual import Dual
from theory.gram.programme import Programme, programme
from theory.gram.search import Search
from theory.gram.vector import Form, Vector
from theory.pieces import Piece, Proof
from theory.statement import Statement

# Of every point of a basis its coordinate on a line.
Line = dict[str, Fraction]


@dataclass(frozen=True, eq=False)
class Tight(Search):
    """Multipliers whose remainder vanishes on lines.

    Args:
        lines: on which it does; the bound has no parameters.
    """

    lines: tuple[Line, ...] = ()

    def _equations(self, box: Box) -> Iterator[dict]:
        yield from super()._equations(box)
        for line in self.lines:
            target = _rows(self.dual.target, line)
            rows = {name: _rows(form, line) for name, form in self.dual.forms.items()}
            for i in self.dual.basis:
                row = {(name, 0): found.get(i, 0) for name, found in rows.items()}
                row["1"] = -target.get(i, 0)
                yield {name: Fraction(v) for name, v in row.items() if v}


def tight(statement: Statement) -> Proof | None:
    """A proof of a bound that parabolas of extreme curvature attain, if one is found.

    Args:
        statement: at one learning rate, of a method that divides by nothing.
    """
    eta, *more = statement.etas
    dual, region = statement.bound(eta)
    if more or region.hull:
        return None
    rho = statement.rho and statement.rho[0]
    made = programme(
        statement.made(rho),
        statement.mu,
        statement.beta,
        statement.eta[0],
        statement.measure,
        star=statement.mu >= 0,
    )
    lines = tuple(
        line
        for lam in (statement.mu, statement.beta)
        for line in [_parabola(made, lam)]
        if _attains(dual, line)
    )
    beta = float(statement.beta)
    search = Tight(dual, lambda name: 1.0 if name == "w" else beta, lines)
    found = search.multipliers({}) if lines else None
    return found and Proof(statement, "proved", (Piece(eta, {}, found),))


def _parabola(made: Programme, lam: Fraction) -> Line:
    r"""The start is 1; every gradient and value that of $\lambda x^2/2$."""
    line: Line = {"w": Fraction(1)}
    for point in made.points:
        x = _at(point.x, line)
        line |= dict.fromkeys(point.g.terms, lam * x)
        line |= dict.fromkeys(point.f.terms, lam * x * x / 2)
    return line


def _at(vector: Vector, line: Line) -> Fraction:
    return sum((c * line[name] for name, c in vector.terms.items()), Fraction(0))


def _attains(dual: Dual, line: Line) -> bool:
    values = (
        c * (line[key] if isinstance(key, str) else line[key[0]] * line[key[1]])
        for key, c in dual.target.terms.items()
    )
    return sum(values) == 0


def _rows(form: Form, line: Line) -> dict[str, Fraction]:
    """Of a form's matrix, times the line."""
    rows: dict[str, Fraction] = {}
    for key, c in form.terms.items():
        if isinstance(key, tuple):
            for i, j in (key, key[::-1]):
                rows[i] = rows.get(i, Fraction(0)) + Fraction(c) * line[j] / 2
    return rows
