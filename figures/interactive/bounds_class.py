"""A step over a whole class of functions: what is asked, certified, proved, known.

Which statements speak of such a step is not listed here: their kept proofs and regions
tell (`theory.proofs`, `theory.regions`). All for beta = 1: learning rates are eta beta,
radii rho beta.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from theory import proofs, regions, theorems
from theory.certify import WorstCase, takes_radius, worst_case
from theory.claim import Statement
from theory.counterexample import Counterexample, counterexample
from theory.method import Method
from theory.methods import make, spec
from theory.proving.statement import CONVERGENCE
from theory.regions import exact
from theory.regions.strip import Strip, load

# R, of methods whose ascent is a length: the scale on which rho is told.
BALL = 1.0
ASKED = {
    "distance": r"$\|w^+ - w^*\| / \|w - w^*\|$",
    "pair": r"$\|w^+ - v^+\| / \|w - v\|$",
    "descent": r"$(f(w^+) - f^*) / (f(w) - f^*)$",
}
SHARED = ("mu", "beta", "eta", "rho")
RISES = r"$(f(w^+) - f(w))\,\beta / \|g\|^2$"


@dataclass(frozen=True)
class Question:
    r"""What one step does to all functions with curvature in [mu, 1].

    Args:
        method: by its command-line name.
        measure: `distance`, `pair`, `descent` or `convergence`.
        mu: least curvature, < 1.
        eta: learning rate, > 0.
        rho: radius, > 0.
    """

    method: str
    measure: str
    mu: float
    eta: float
    rho: float

    @property
    def made(self) -> Method:
        """The method with its radius."""
        made = make(self.method)
        return made if self.method == "gd" else made.having(rho=self.rho)

    @property
    def ratio(self) -> str:
        """What is certified: a step that never raises f is what converges."""
        return "descent" if self.measure == CONVERGENCE else self.measure

    @property
    def words(self) -> str:
        """What is certified, as a formula."""
        return RISES if self.ratio == "descent" and self.mu < 0 else ASKED[self.ratio]

    @property
    def harmless(self) -> float:
        """The ratio up to which a step does no harm."""
        return 0.0 if self.ratio == "descent" and self.mu < 0 else 1.0

    @property
    def radius(self) -> float | None:
        """R, where the method needs one."""
        return BALL if takes_radius(self.made) else None


@dataclass(frozen=True)
class Kept:
    """A single kept proof.

    Args:
        name: of its file.
        eta: ends of its learning rates.
        rho: ends of its radii.
        factor: the ratio is at most this.
    """

    name: str
    eta: tuple[float, float]
    rho: tuple[float, float]
    factor: float


@cache
def strips() -> dict[str, Strip]:
    """All kept regions; not yet verified here."""
    return {n: load(regions.FOLDER / f"{n}.json") for n in regions.KEPT}


@cache
def measures() -> dict[str, tuple[str, ...]]:
    """The measures of each statement that its own proofs and regions are about."""
    found: dict[str, list[str]] = {}
    for name in proofs.KEPT:
        found.setdefault(name.split("-")[0].upper(), []).append(proofs.KEPT[name][4])
    for strip in strips().values():
        found.setdefault(exact.source(strip), []).append(strip.measure)
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


def asked(statement: Statement) -> tuple[str, ...]:
    """The measures a statement is about, itself or by what it combines."""
    names = (statement.id, *(n.partition(".")[0] for n in statement.combines))
    known = measures()
    found = (m for name in names for m in known.get(name, ()))
    return tuple(dict.fromkeys(found))


def methods(measure: str) -> tuple[str, ...]:
    """The methods that a kept proof or region of a measure is about."""
    kept = [proofs.KEPT[n][0] for n in proofs.KEPT if proofs.KEPT[n][4] == measure]
    kept += [row[0] for row in regions.KEPT.values() if row[2] == measure]
    return tuple(dict.fromkeys(kept))


def covering(question: Question) -> tuple[str, Strip] | None:
    """The region of the smallest class that holds this one, if any is kept.

    A function with curvature in [mu, 1] has it in every wider interval, so what is
    proved of a smaller mu is proved of this one.
    """
    name = spec(make(question.method))
    found = [
        (strip.mu, key, strip)
        for key, strip in strips().items()
        if (strip.method, strip.measure) == (name, question.measure)
        and float(strip.mu) <= question.mu
    ]
    best = max(found, key=lambda each: each[0], default=None)
    return best and best[1:]


def verified(name: str) -> bool:
    """Whether every rectangle of a region is proved, in fractions, here and now."""
    try:
        regions.proved(name)
    except ValueError:
        return False
    return True


def kept(question: Question) -> list[Kept]:
    """The single proofs of the method and measure on this class or a wider one."""
    found = []
    for name in proofs.KEPT:
        said = proofs.statement(name)
        if said.rho is None or (said.method, said.measure) != (
            spec(make(question.method)),
            question.measure,
        ):
            continue
        if float(said.mu) <= question.mu + 1e-12:
            eta, rho = (tuple(map(float, ends)) for ends in (said.eta, said.rho))
            found.append(Kept(name, eta, rho, float(said.factor)))
    return found


def known(question: Question) -> theorems.Known | None:
    """The largest learning rate by a theorem, and its id."""
    return theorems.limit(question.made, question.mu, 1.0, question.measure)


def certified(question: Question) -> WorstCase:
    """The worst ratio over the class.

    Raises:
        ValueError: the method, measure and class do not go together; it says why.
    """
    return worst_case(
        question.made, mu=question.mu, beta=1.0, eta=question.eta,
        measure=question.ratio, radius=question.radius,
    )  # fmt: skip


def worst_function(question: Question, value: float) -> Counterexample | None:
    """A function on which the step's ratio is that of the certificate, nearly.

    Args:
        question: what is asked.
        value: what `certified` found.
    """
    if not math.isfinite(value):
        return None
    lower = value - 1e-3 * max(abs(value), 1e-3)
    try:
        return counterexample(
            question.made, mu=question.mu, beta=1.0, eta=question.eta,
            measure=question.ratio, factor=lower, radius=question.radius,
        )  # fmt: skip
    except ValueError:
        return None


def from_case(case: dict[str, Any]) -> dict[str, Any]:
    """What a claim's case says of a question: its numbers, in units of beta."""
    found = {name: case[name] for name in SHARED if name in case}
    if isinstance(case.get("method"), Method):
        found.setdefault("rho", case["method"].get("rho", None))
    numbers = {k: np.asarray(v) for k, v in found.items() if v is not None}
    one = {k: float(v.item()) for k, v in numbers.items() if _is_one(v)}
    beta = one.pop("beta", 1.0)
    scale = {"mu": 1 / beta, "eta": beta, "rho": beta}
    return {k: v * scale[k] for k, v in one.items() if math.isfinite(v * scale[k])}


def _is_one(value: np.ndarray) -> bool:
    return value.size == 1 and value.dtype.kind in "iuf"


def words(mu: Fraction | float) -> str:
    """A class, as a formula."""
    return rf"$\mu = {float(mu):.3g}$, $\beta = 1$"
