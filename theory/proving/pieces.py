"""A proof: pieces that cover a statement, verified in fractions, and its file.

Verifying takes fractions only, neither an array library nor a solver. It rebuilds
everything from the statement, by running the method's one definition on rational
combinations of points.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from theory.files import atomic
from theory.gram.box import Box, gap
from theory.gram.dual import Multipliers
from theory.proving.rational import between, fractions
from theory.proving.statement import Statement
from theory.proving.theorem import words

FORMAT = "sharpness-regimes proof 1"


@dataclass(frozen=True)
class Piece:
    """Multipliers that prove the bound on a box.

    Args:
        eta: the learning rate; None where it is one of the box's parameters.
        box: ends of the parameters.
        multipliers: at its corners, low before high, the last parameter fastest.
    """

    eta: Fraction | None
    box: Box
    multipliers: Multipliers

    def __post_init__(self) -> None:
        """Refuses what has another shape."""
        for values in (*self.box.values(), *self.multipliers.values()):
            if not (type(values) is tuple and all(type(v) is Fraction for v in values)):
                raise ValueError(f"the piece {self} takes tuples of fractions")

    def __str__(self) -> str:
        return place(self.eta, self.box)


@dataclass(frozen=True)
class Proof:
    """What `prove` found.

    Args:
        statement: what is claimed.
        status: `proved`, `refuted` or `undecided`.
        pieces: of the proof, as far as there are any.
        reason: for any other status than `proved`.
        function: a `theory.counterexample.Counterexample`, if `refuted`.
    """

    statement: Statement
    status: str
    pieces: tuple[Piece, ...] = ()
    reason: str = ""
    function: Any = None

    def verify(self) -> bool:
        """Whether the pieces prove the statement."""
        return not self.fault()

    def fault(self) -> str:
        """Why they do not, in a line; empty if they do."""
        try:
            return self._fault()
        except ValueError as error:  # the method is no longer what it was
            return str(error).rstrip(".")

    def _fault(self) -> str:
        etas = self.statement.etas
        for piece in self.pieces:
            if piece.eta not in etas:
                return f"the piece {piece} belongs to another statement"
        for eta in etas:
            dual, region = self.statement.bound(eta)
            pieces = [piece for piece in self.pieces if piece.eta == eta]
            for piece in pieces:
                if not region.contains(piece.box):
                    return f"the piece {piece} leaves the range"
                if fault := dual.fault(piece.box, piece.multipliers):
                    return f"of the piece {piece} {fault}"
            if missed := gap(region.hull, [p.box for p in pieces], region.idle):
                return f"{missed[0]} {place(eta, missed[1])}"
        return ""

    def theorem(self) -> str:
        """What is proved, in words, and how; it is verified first.

        Raises:
            ValueError: nothing is proved.
        """
        if fault := self.reason or self.fault():
            raise ValueError(f"nothing is proved: {fault}.")
        etas = [piece.eta for piece in self.pieces]
        boxes = [
            f"{etas.count(eta)} box{'es' * (etas.count(eta) > 1)}"
            + (f" at eta = {eta}" if eta else "")
            for eta in dict.fromkeys(etas)
        ]
        return f"{words(self.statement)}\nProved in fractions, {', '.join(boxes)}."

    def save(self, path: str | Path) -> None:
        """Writes statement and pieces to a small text file.

        Raises:
            ValueError: nothing is proved.
        """
        if self.status != "proved":
            raise ValueError(f"only a proof can be saved, this is {self.status}.")
        content = {
            "format": FORMAT,
            "statement": asdict(self.statement),
            "pieces": [asdict(piece) for piece in self.pieces],
        }
        with atomic(Path(path)) as temporary:
            text = json.dumps(content, indent=1, default=str)
            temporary.write_text(text + "\n", encoding="utf-8")


def load(path: str | Path) -> Proof:
    """A proof from a file; it is not yet verified.

    Raises:
        ValueError: the file holds none.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"the format is `{content['format']}`, not `{FORMAT}`")
        said = content["statement"]
        words = {name: said.pop(name) for name in ("method", "measure")}
        pieces = tuple(Piece(**fractions(piece)) for piece in content["pieces"])
        return Proof(Statement(**words, **fractions(said)), "proved", pieces)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        missing = "lacks " if isinstance(error, KeyError) else ""
        raise ValueError(f"`{path}` holds no proof: {missing}{error}") from None


def place(eta: Fraction | None, box: Box) -> str:
    """Where in the ranges: `at eta = 1, gamma0 = [1/2, 10/11]`."""
    sides = {} if eta is None else {"eta": (eta, eta)}
    parts = [f"{name} = {between(side)}" for name, side in (sides | box).items()]
    return f"at {', '.join(parts)}"
