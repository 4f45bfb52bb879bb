"""Which kept proof covers a learning rate: looked up, and verified where it is asked.

from theory.covering import covering

covering("ssam", mu=0.2, beta=1, rho=1, eta=1.5)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory import proofs, regions
from theory.method import Method
from theory.methods import make, spec
from theory.proving import pieces
from theory.proving.pieces import Proof
from theory.proving.rational import between, rational
from theory.proving.statement import MEASURED, Statement
from theory.regions import strip


@dataclass(frozen=True, eq=False, repr=False)
class Covering:
    """A kept file that proves something of a learning rate.

    Args:
        file: its name, in `theory/proofs` or `theory/regions`.
        proof: of it, what covers the rate.
        region: whether it is a column of a region.
    """

    file: str
    proof: Proof
    region: bool

    def verify(self) -> bool:
        """Whether it proves that, in fractions, here and now."""
        return self.proof.verify()

    @property
    def theorem(self) -> str:
        """What is proved, in words, for beta = 1."""
        return self.proof.theorem()

    def __repr__(self) -> str:
        """The file, and of which class, rates and radii it is."""
        s = self.proof.statement
        low = "(0" if self.region else f"[{s.eta[0]}"
        return (
            f"{self.file}: `{s.measure}` for curvature in [{s.mu}, {s.beta}], eta in "
            f"{low}, {s.eta[1]}], rho in {between(s.rho)}"
        )


def covering(
    method: Method | str,
    *,
    mu: Any,
    beta: Any,
    eta: Any,
    rho: Any = None,
    measure: str | None = None,
) -> tuple[Covering, ...]:
    r"""The kept proofs and proved regions that cover one learning rate and radius.

    They are for $\beta = 1$; by scale they are asked for $\eta\beta$ and $\rho\beta$
    (and so of methods whose radius is a rate). A proof for a smaller mu covers, since
    its class holds all f of this one.

    Args:
        method: GD, USAM or SSAM, or their name.
        mu: least curvature, < beta.
        beta: largest curvature, > 0.
        eta: learning rate, > 0.
        rho: radius; None: the method's.
        measure: `distance`, `pair`, `descent` or `convergence`; None: any.

    Returns:
        Regions first; empty where none covers it, which refutes nothing.

    Raises:
        ValueError: a number or the measure is out of range, or the radius is a length.
    """
    method = make(method) if isinstance(method, str) else method
    if method.radius_unit == "length":
        raise ValueError(
            f"kept proofs are looked up for radii that are rates, that of "
            f"`{method.label}` is a length: see theory/regions."
        )
    if measure is not None and measure not in MEASURED:
        raise ValueError(f"measure is one of {', '.join(MEASURED)}, got `{measure}`.")
    mu, beta, eta = (
        rational(*pair) for pair in (("mu", mu), ("beta", beta), ("eta", eta))
    )
    rho = rational("rho", method.get("rho", 0.0) if rho is None else rho)
    if not (mu < beta and beta > 0 and eta > 0 and rho >= 0):
        raise ValueError(
            f"needs mu < beta, beta > 0, eta > 0, rho >= 0, got {mu}, {beta}, {eta}, "
            f"{rho}."
        )
    asked = spec(method), mu / beta, eta * beta, rho * beta
    found = (*_columns(*asked), *_singles(*asked))
    return tuple(c for c in found if measure in (None, c.proof.statement.measure))


def _columns(
    name: str, mu: Fraction, eta: Fraction, rho: Fraction
) -> Iterator[Covering]:
    """Of the regions of a method, for beta = 1."""
    for file, (method, least, _, most, _) in regions.KEPT.items():
        if spec(make(method)) != name or rational("mu", least) > mu:
            continue
        if rho > rational("rho", most):
            continue
        found = strip.load(regions.FOLDER / f"{file}.json")
        for column in found.columns:
            if eta <= column.eta and column.rho[0] <= rho <= column.rho[1]:
                proof = Proof(found.statement(column), "proved", column.pieces)
                yield Covering(f"theory/regions/{file}.json", proof, True)


def _singles(
    name: str, mu: Fraction, eta: Fraction, rho: Fraction
) -> Iterator[Covering]:
    """Of the single proofs of a method, for beta = 1."""
    for file, (method, least, *_) in proofs.KEPT.items():
        if spec(make(method)) != name or rational("mu", least) > mu:
            continue
        proof = pieces.load(proofs.FOLDER / f"{file}.json")
        s = proof.statement
        within = s.rho is None or s.rho[0] <= rho <= s.rho[1]
        if within and s.eta[0] <= eta <= s.eta[1] and _of_use(s):
            yield Covering(f"theory/proofs/{file}.json", proof, False)


def _of_use(s: Statement) -> bool:
    """Whether its factor says that the learning rate serves: it is at most 1."""
    return s.measure == "convergence" or s.factor <= 1
