r"""Claim: what is said, what is measured, what it is measured against.

A file of `theory/claims` holds one statement, made of one or several claims. The
verdict is nowhere typed in: `theory.judge` computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

RELATIONS = ("<=", ">=", "==")
# How we know: theorem proved here; numbers only; read in the source's own text; read
# in its authors' code; read second-hand; from memory.
GRADES = "TNABCM"
VERDICTS = ("refuted", "open", "supported", "holds")  # the weakest first
Cases = Callable[[bool], Iterable[dict[str, Any]]]


def no_cases(quick: bool) -> tuple:
    """No case lies outside the assumptions."""
    return ()


@dataclass(frozen=True, eq=False)
class Claim:
    r"""`measured(**case)` stands in a relation to `bound(**case)`, for every case.

    A case is a dictionary of parameters. Where `measured` and `bound` return arrays
    `(...)` it is many cases at once, and the leading axes of the parameters' arrays are
    theirs. `measured` and `bound` never call one another.

    Args:
        id: of the statement, and after a dot its own: `T14.if`.
        says: the claim in LaTeX.
        expected: `holds`, `supported`, `refuted` or `open`.
        relation: `<=`, `>=` or `==`.
        measured: a number, an array or an `Interval`, by running the methods.
        bound: what the statement says it is, at most, at least.
        cases: within the assumptions; takes whether to be quick.
        within: the stated assumptions, true or false of a case (arrays elementwise).
        outside: cases beyond them, at which the claim should fail.
        tight: the least that the nearest case's smaller side must be of its larger.
        loose: in place of `tight`, why nobody expects the bound to be approached.
        rtol: what counts as equal, relative to the bound; its reason as a comment.
        atol: the same, absolute.
        proof: where the proof stands; empty: evidence in numbers only.
        runs: for random claims the numbers of runs, increasing; `measured` then takes
            `runs`, `seed` and `level` (the probability of error it may spend) too.
        waits: for a claim that is not computed: what it waits for.
        grade: if it differs from the statement's, as a corrected form's does.

    Raises:
        ValueError: a part is missing or out of range.
    """

    id: str
    says: str
    expected: str
    relation: str = "=="
    measured: Callable[..., Any] | None = None
    bound: Callable[..., Any] | None = None
    cases: Cases | None = None
    within: Callable[..., Any] | None = None
    outside: Cases = no_cases
    tight: float | None = None
    loose: str = ""
    rtol: float = 1e-9
    atol: float = 0.0
    proof: str = ""
    runs: tuple[int, ...] = ()
    waits: str = ""
    grade: str = ""

    def __post_init__(self) -> None:
        """Refuses a claim without one of its parts."""
        for name, allowed in {"expected": VERDICTS, "relation": RELATIONS}.items():
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"claim `{self.id}`: {name} is one of {', '.join(allowed)}, got "
                    f"`{getattr(self, name)}`."
                )
        if not self.says:
            raise ValueError(f"claim `{self.id}` lacks `says`.")
        if self.waits:
            return
        for name in ("measured", "bound", "cases", "within"):
            if getattr(self, name) is None:
                raise ValueError(f"claim `{self.id}` lacks `{name}`.")
        if self.relation != "==" and self.tight is None and not self.loose:
            raise ValueError(
                f"claim `{self.id}` lacks `tight` (or `loose`, the reason for none)."
            )


@dataclass(frozen=True, eq=False)
class Curve:
    """One line or set of points of a picture.

    Args:
        x: abscissae, `(n,)`.
        y: ordinates, `(n,)`; NaN breaks a line.
        label: for the legend; empty for none.
        theory: drawn as theory (a thin black line) or as measured.
        method: label of the method whose colour it takes.
        marker: a marker in place of a line.
    """

    x: Any
    y: Any
    label: str = ""
    theory: bool = False
    method: str = ""
    marker: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A small picture of the phenomenon, as data.

    Args:
        title: one line.
        xlabel, ylabel: of the axes, with units.
        curves: what is drawn.
        log: which axes are logarithmic: `""`, `"x"`, `"y"` or `"xy"`.
        levels: contours behind: `(x, y, z)` of shapes `(n,), (m,), (m, n)`.
    """

    title: str
    xlabel: str
    ylabel: str
    curves: tuple[Curve, ...]
    log: str = ""
    levels: tuple[Any, Any, Any] | None = None


@dataclass(frozen=True, eq=False)
class Statement:
    """One row of the ledger.

    Args:
        id: T, P, N or L and a number.
        title: what is claimed, in a line of plain words.
        source: by whom, with arXiv id; `this toolkit` for our own.
        grade: how we know it, a letter of `GRADES`.
        claims: its precise forms; the row shows the weakest.
        code: where to look, for instance `theory/regimes.py`.
        notes: the proof in a few lines, or where it is and what was found.
        combines: ids of statements, or of single claims, that the verdict rests on too.
        picture: makes the small picture.
        reads: experiments whose kept results its claims read (`theory.kept`).

    Raises:
        ValueError: the grade is unknown, or there is no claim.
    """

    id: str
    title: str
    source: str
    grade: str
    claims: tuple[Claim, ...]
    code: tuple[str, ...] = ()
    notes: str = ""
    combines: tuple[str, ...] = ()
    picture: Callable[[], Picture] | None = field(default=None)
    reads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a statement without one of its parts."""
        for name in ("title", "source", "claims"):
            if not getattr(self, name):
                raise ValueError(f"statement `{self.id}` lacks `{name}`.")
        if len(self.grade) != 1 or self.grade not in GRADES:
            raise ValueError(
                f"statement `{self.id}`: grade is one of {', '.join(GRADES)}, got "
                f"`{self.grade}`."
            )
