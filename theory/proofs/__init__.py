"""Proofs in fractions that the ledger's rows rest on, kept as small files.

`python -m theory.proofs` finds them anew, with the solver; reading and verifying one
takes none, and `python -m theory.proofs --verify` verifies all, regions too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from theory.methods import make, spec
from theory.proving.pieces import load
from theory.proving.rational import ends, rational
from theory.proving.statement import Statement

FOLDER = Path(__file__).parent

# What the files say, for beta = 1: method, mu, rho, eta (a range is proved up to it,
# too), the measure, and of the ratio that it is at most this.
KEPT = {
    "l11-convex": ("gd", 0, None, ("0.05", 2), "pair", 1),
    "l11-mild": ("gd", "0.5", None, "0.6", "pair", "0.7"),
    "l11-strong": ("gd", "0.1", None, "1.8", "pair", "0.82"),
    "l11-wide": ("gd", "0.01", None, "1.9", "pair", "0.981"),
    "n1-below": ("usam", "0.1", "0.5", "1.3", "distance", "0.95"),
    "n1-edge": ("usam", "0.1", 2, "0.6", "distance", "0.930617"),
    "n1-inside": ("usam", "0.2", 6, "0.26", "distance", "0.956425"),
    "n1-outside": ("usam", "0.1", 4, "0.38", "distance", "1.036258"),
    "n1-weak": ("usam", "0.05", 3, "0.45", "distance", "1.022824"),
    "n2": ("ssam", "0.1", 1, ("0.05", "1.7"), "distance", "0.99605"),
    "n2-fast": ("ssam", "0.1", 1, "1.7", "distance", "0.9084"),
    "n2-large": ("ssam", "0.5", 3, ("0.05", "1.8"), "distance", "0.99"),
    "n2-mild": ("ssam", "0.3", 2, ("0.05", "1.7"), "distance", "0.995"),
    "n2-radii": ("ssam", "0.1", (0, 1), ("0.05", "1.5"), "distance", "0.9999"),
    "n2-small": ("ssam", "0.2", "0.5", ("0.05", "1.85"), "distance", "0.995"),
    "n2-wide": ("ssam", "0.3", (0, 2), ("0.05", "1.7"), "distance", "0.9999"),
    "n3-below": ("usam", "0.1", "0.5", ("0.05", 1), "pair", 1),
    "n3-flat": ("usam", 0, 1, "0.5", "pair", "1.0328"),
    "n3-parted": ("usam", "0.1", 4, "0.3", "pair", "1.0572"),
    "n4-best": ("usam", "0.1", 1, "200/211", "descent", "35721/44521"),
    "n4-slow": ("usam", "0.1", 1, "0.9", "descent", "0.811801"),
    "n4-ssam": ("ssam", "0.3", 1, "0.7", "descent", "0.637"),
    "n4-ssam-fast": ("ssam", "0.3", 1, 1, "descent", "0.5135"),
    "n4-ssam-mild": ("ssam", "0.1", 2, "0.9", "descent", "0.865"),
    "n4-ssam-slow": ("ssam", "0.3", 1, "0.3", "descent", "0.8329"),
    "n4-ssam-weak": ("ssam", "0.05", "0.5", 1, "descent", "0.9053"),
    "n4-steep": ("usam", "0.3", 4, "0.38", "descent", "0.81"),
    "n6-edge": ("usam", "0.15", "0.65", "0.98", "pair", "395467/460000"),
    "n6-mild": ("usam", "0.1", "0.75", "0.53", "pair", "41721/44000"),
    "n6-strong": ("usam", "0.25", "0.6", "0.5", "pair", "0.885"),
    "t14-ssam-0.02-2": ("ssam", "0.02", 2, "1.228", "distance", 1),
    "t14-ssam-0.1-1": ("ssam", "0.1", 1, "1.838", "distance", 1),
    "t14-ssam-0.1-2": ("ssam", "0.1", 2, "1.568", "distance", 1),
    "t14-ssam-0.1-6": ("ssam", "0.1", 6, "0.5802", "distance", 1),
    "t14-ssam-0.3-2": ("ssam", "0.3", 2, "1.850", "distance", 1),
    "t14-ssam-convex-0.5": ("ssam", 0, "0.5", "1.897", "distance", 1),
    "t14-ssam-convex-1": ("ssam", 0, 1, "1.655", "distance", 1),
    "t14-ssam-convex-1.5": ("ssam", 0, "1.5", "1.323", "distance", 1),
    "t14-ssam-convex-2": ("ssam", 0, 2, "0.927", "distance", 1),
    "t14-ssam-convex-2.5": ("ssam", 0, "2.5", "0.482", "distance", 1),
    "t14-usam-0.02-2": ("usam", "0.02", 2, "0.610", "distance", 1),
    "t14-usam-0.1-1": ("usam", "0.1", 1, "0.999", "distance", 1),
    "t14-usam-0.1-2": ("usam", "0.1", 2, "0.666", "distance", 1),
    "t14-usam-0.1-6": ("usam", "0.1", 6, "0.1593", "distance", 1),
    "t14-usam-0.3-2": ("usam", "0.3", 2, "0.666", "distance", 1),
    "t14-usam-convex-0.5": ("usam", 0, "0.5", "1.332", "distance", 1),
    "t14-usam-convex-1": ("usam", 0, 1, "0.999", "distance", 1),
    "t14-usam-convex-1.5": ("usam", 0, "1.5", "0.749", "distance", 1),
    "t14-usam-convex-2": ("usam", 0, 2, "0.499", "distance", 1),
    "t14-usam-convex-2.5": ("usam", 0, "2.5", "0.249", "distance", 1),
    "t3-ssam": ("ssam", "-1/3", 1, ("0.05", "1.71"), "descent", 0),
    "t3-usam": ("usam", "-1/3", 1, ("0.05", "0.99"), "descent", 0),
}


def names(group: str) -> list[str]:
    """Of the files of a group: `t14` names all whose name is t14, or begins t14-."""
    return [name for name in KEPT if f"{name}-".startswith(f"{group}-")]


@cache
def statement(name: str) -> Statement:
    """What a file is to prove."""
    method, mu, rho, eta, measure, factor = KEPT[name]
    return Statement(
        spec(make(method)),
        {},
        rational("mu", mu),
        rational("beta", 1),
        ends("eta", eta),
        None if rho is None else ends("rho", rho),
        measure,
        rational("factor", factor),
    )


def proved(name: str) -> Statement:
    """What a file proves, verified here and now.

    Raises:
        ValueError: nothing, or something else than its `statement`.
    """
    return checked(name)[0]


def checked(name: str) -> tuple[Statement, int]:
    """What a file proves, as `proved`, and in how many boxes."""
    proof = load(FOLDER / f"{name}.json")
    if proof.statement != statement(name):
        raise ValueError(f"`{name}` is about another statement.")
    if fault := proof.fault():
        raise ValueError(f"`{name}` proves nothing: {fault}.")
    return proof.statement, len(proof.pieces)


def at(name: str) -> tuple[float, float, float, float]:
    r"""Of a file $\mu, \beta, \rho$ (NaN: none) and $\eta$, ranges by their ends."""
    said = statement(name)
    rho = said.rho[1] if said.rho else "nan"
    return float(said.mu), float(said.beta), float(rho), float(said.eta[1])
