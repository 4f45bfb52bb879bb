"""Does a file prove what it says? For whole ranges of learning rates and radii.

    python -m theory.proof theory/proofs/n2.json

A solver finds multipliers, which are rounded to fractions; that these prove the
statement is then verified without it, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import tyro

from theory import console
from theory.method import Method
from theory.methods import make, spec
from theory.namespace import ROOT
from theory.proving.pieces import Piece, Proof, load, place
from theory.proving.rational import ends, rational
from theory.proving.statement import CONVERGENCE, Statement

CONTRACTION = Fraction(19999, 20000)
# f's rise over |g|^2, times beta, in proofs of convergence at the largest eta.
SLACK = Fraction(-1, 10**6)
# By how much a worst case found by a solver must exceed a factor to count.
ABOVE = 1e-6


def prove(
    method: Method,
    *,
    mu: Any,
    beta: Any,
    eta: Any,
    rho: Any = None,
    measure: str = "distance",
    factor: Any = None,
    radius: Any = None,
    limit: int = 300,
) -> Proof:
    """Proves that no step of a method has a ratio above `factor`, for whole ranges.

    Numbers are taken as they are written: .1 is 1/10. The ratio is that of
    `theory.certify.worst_case`.

    Args:
        method: one that a linear programme expresses.
        mu: least curvature, < beta.
        beta: largest curvature, > 0.
        eta: learning rate, or the ends (low, high) of a range.
        rho: radius or the ends of a range; else the method's.
        measure: `distance`, `pair` or `descent`, as of `theory.certify.worst_case`;
            `convergence`, as of `theory.proving.statement.Statement.lemma`.
        factor: claimed; None is a contraction by 5e-5, for mu < 0 descent; of
            `convergence` < 0, and else `SLACK` over beta.
        radius: R, for methods with normalised ascent.
        limit: of pieces for each learning rate.

    Raises:
        ValueError: a number is out of range, no programme expresses the statement, or
            there is no solver.
    """
    if rho is None:
        rho = method.get("rho", None)
    mu = rational("mu", mu)
    if factor is None and measure == CONVERGENCE:
        factor = SLACK / rational("beta", beta)
    elif factor is None:
        factor = CONTRACTION if mu >= 0 else 0
    statement = Statement(
        spec(method),
        dict(_numbers(method)),
        mu,
        rational("beta", beta),
        ends("eta", eta),
        None if rho is None else ends("rho", rho),
        measure,
        rational("factor", factor),
        None if radius is None else rational("radius", radius),
    )
    return _proof(statement, limit)


def _numbers(method: Method) -> Iterator[tuple[str, Fraction]]:
    """Names and values of its hyperparameters that its name does not tell."""
    for field in fields(method):
        value = getattr(method, field.name)
        if isinstance(value, Method):
            yield from _numbers(value)
        elif field.name not in ("rho", "cap") and not isinstance(value, bool):
            yield field.name, rational(field.name, value)


def _proof(statement: Statement, limit: int) -> Proof:
    """Searches, unless a solver's worst case says that it is in vain."""
    from theory.gram.search import Search
    from theory.gram.tight import attained

    if refused := _refused(statement):
        return refused
    length = float(statement.radius or 1)
    sizes = {"w": length, "g": float(statement.beta) * length}
    sizes["f"] = sizes["g"] * length
    pieces: list[Piece] = []
    for eta in statement.etas:
        dual, region = statement.bound(eta)
        lines: tuple = ()
        if not region.hull:
            ends = statement.mu, statement.beta
            lines = attained(dual, statement.programme(eta)[0], ends)
        search = Search(dual, lambda name: sizes.get(name[0], 1.0), lines)
        found, stuck = search.cover(region, limit)
        pieces += [Piece(eta, box, multipliers) for box, multipliers in found]
        if stuck is not None:
            reason = f"no multipliers were found {place(eta, stuck)}"
            return Proof(statement, "undecided", tuple(pieces), reason)
    return Proof(statement, "proved", tuple(pieces))


def _refused(statement: Statement) -> Proof | None:
    """Where the programme's worst case exceeds the factor, if it is seen to.

    A function of the class that is run, and does, refutes the statement. What the
    descent lemma says is no property of single functions.
    """
    if statement.measure == CONVERGENCE:
        return None
    from theory.certify import worst_case
    from theory.counterexample import refutes

    s = statement
    names = {name: float(value) for name, value in s.hyperparameters.items()}
    radius = None if s.radius is None else float(s.radius)
    about = {"mu": float(s.mu), "beta": float(s.beta), "measure": s.measure}
    for rho, eta in dict.fromkeys(product(s.rho or [None], s.eta)):
        at = {} if rho is None else {"rho": float(rho)}
        method = make(s.method, **names, **at)
        numbers = {"eta": float(eta), "radius": radius} | about
        found = worst_case(method, **numbers)
        if found.value > s.factor + ABOVE:
            where = place(eta, {} if rho is None else {"rho": (rho, rho)})
            function = refutes(method, **numbers, factor=float(s.factor))
            if function is None:
                reason = f"the programme's worst case is {found.value:.6g} {where}"
                return Proof(statement, "undecided", (), reason)
            reason = f"on a function of the class it is {function.ratio:.6g} {where}"
            return Proof(statement, "refuted", (), reason, function)
    return None


@dataclass
class Options:
    """Does a file prove what it says? Verifies it, and states the theorem.

    No solver is needed.

    Exit code 0: it is proved; 2: the file proves nothing; 130: stopped.
    """

    file: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]
    """written by `Proof.save`, or a kept one: theory/proofs/n2.json"""


def work(options: Options) -> None:
    """Reads, verifies, prints."""
    file = Path(options.file)
    kept = ROOT / file  # a kept one is found from any folder
    proof = load(file if file.is_file() or not kept.is_file() else kept)
    if fault := proof.fault():
        raise ValueError(f"`{options.file}` proves nothing: {fault}.")
    print(proof.theorem())


if __name__ == "__main__":
    console.main(Options, work, "theory.proof")
