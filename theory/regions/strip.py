"""Whole regions of learning rates and radii, proved column by column.

A column is a rectangle of eta and rho; together they are a staircase under the curve of
a method's largest learning rates. What a column says is a `Statement`, verified in
fractions, without a solver.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from theory.files import atomic
from theory.proving.pieces import Piece, Proof
from theory.proving.rational import Range, between, fractions
from theory.proving.statement import CONVERGENCE, Statement

FORMAT = "sharpness-regimes region 1"
# Of a step: it leads no farther away, and f falls by a share of |g|^2 (over beta).
NEVER_MORE, FALL = Fraction(1), Fraction(-1, 10**6)


@dataclass(frozen=True)
class Column:
    """Learning rates up to `eta` for all radii of a range.

    Args:
        rho: ends of the range.
        eta: the largest learning rate.
        pieces: of the proof.
    """

    rho: Range
    eta: Fraction
    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        """Refuses what has another shape."""
        ends = self.rho if isinstance(self.rho, tuple) else ()
        numbers = (*ends, self.eta)
        if len(numbers) != 3 or any(type(n) is not Fraction for n in numbers):
            raise ValueError("a column takes the two ends of rho and eta as fractions")


@dataclass(frozen=True)
class Strip:
    r"""What is proved of a method on a class for radii in a range.

    In each column, for every $0 < \eta \le$ its eta: the ratio of `distance` or `pair`
    is at most 1 (it is convex in eta, and 1 at 0); in `convergence` no step raises f,
    and $\nabla f(w_t) \to 0$ if f is bounded below.

    Args:
        method: by its command-line name.
        mu: least curvature.
        beta: largest curvature.
        measure: `distance`, `pair` or `convergence`.
        rho: ends of the strip.
        columns: from small radii to large ones; a range without one is undecided.
        radius: R of methods with normalised ascent, whose steps of `distance` then lead
            from $\|w - w^*\| = R$ (so, by scale, for $\rho/R$ in the range) no farther.
    """

    method: str
    mu: Fraction
    beta: Fraction
    measure: str
    rho: Range
    columns: tuple[Column, ...]
    radius: Fraction | None = None

    def statement(self, column: Column) -> Statement:
        """What is claimed of a column; its least learning rate does not matter."""
        factor = FALL / self.beta if self.measure == CONVERGENCE else NEVER_MORE
        eta = (column.eta, column.eta)
        about = self.method, {}, self.mu, self.beta, eta, column.rho, self.measure
        return Statement(*about, factor, self.radius)

    def fault(self) -> str:
        """Why the columns do not prove it, in a line; empty if they do."""
        if self.measure not in (CONVERGENCE, "distance", "pair"):
            return f"there are no regions of {self.measure}"
        last = self.rho[0]
        for column in self.columns:
            low, high = column.rho
            if not last <= low < high <= self.rho[1]:
                return f"the column rho = {between(column.rho)} is out of its place"
            last = high
            try:
                proof = Proof(self.statement(column), "proved", column.pieces)
            except ValueError as error:
                return str(error).rstrip(".")
            if fault := proof.fault():
                return f"for rho in {between(column.rho)} {fault}"
        return "" if self.columns else "there are no columns"

    def area(self) -> Fraction:
        """Of the columns, in eta times rho."""
        return sum(
            ((c.rho[1] - c.rho[0]) * c.eta for c in self.columns), start=Fraction(0)
        )

    def pieces(self) -> int:
        """How many boxes there are."""
        return sum(len(column.pieces) for column in self.columns)

    def undecided(self) -> Iterator[Range]:
        """Ranges of radii without a column."""
        ends = [end for column in self.columns for end in column.rho]
        ends = [self.rho[0], *ends, self.rho[1]]
        yield from ((a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b)

    def save(self, path: str | Path) -> None:
        """Writes a small text file, a line a column."""
        said = {name: getattr(self, name) for name in SAID}
        if self.radius is not None:
            said["radius"] = self.radius
        head = _text({"format": FORMAT, **said})[:-1]
        lines = ",\n".join(_text(_plain(column)) for column in self.columns)
        with atomic(Path(path)) as temporary:
            text = f'{head},"columns":[\n{lines}\n]}}\n'
            temporary.write_text(text, encoding="utf-8")


SAID = ("method", "mu", "beta", "measure", "rho")


def load(path: str | Path) -> Strip:
    """A region from a file; it is not yet verified.

    Raises:
        ValueError: the file holds none.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if (found := content.pop("format")) != FORMAT:
            raise ValueError(f"the format is `{found}`, not `{FORMAT}`")
        words = {name: content.pop(name) for name in ("method", "measure")}
        columns = tuple(_column(part) for part in content.pop("columns"))
        return Strip(**words, **fractions(content), columns=columns)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        missing = "lacks " if isinstance(error, KeyError) else ""
        raise ValueError(f"`{path}` holds no region: {missing}{error}") from None


def _column(content: dict) -> Column:
    pieces, said = content.pop("pieces"), fractions(content)
    boxes = (Piece(said["eta"], **fractions(piece)) for piece in pieces)
    return Column(**said, pieces=tuple(boxes))


def _plain(column: Column) -> dict:
    """Without the learning rate of its boxes, which is its own."""
    boxes = [{"box": p.box, "multipliers": p.multipliers} for p in column.pieces]
    return {"rho": column.rho, "eta": column.eta, "pieces": boxes}


def _text(content: dict) -> str:
    return json.dumps(content, default=str, separators=(",", ":"))
