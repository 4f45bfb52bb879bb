"""A lemma about one step: what is claimed, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from theory.lemmas.expression import Expression, condition, formula
from theory.method import Method
from theory.methods import make
from theory.proving.rational import rational


@dataclass(frozen=True)
class Point:
    """Where a lemma is tried.

    Args:
        mu: least curvature.
        beta: largest curvature.
        eta: learning rate.
        rho: radius; 0 for methods that have none.
    """

    mu: Fraction
    beta: Fraction
    eta: Fraction
    rho: Fraction

    @property
    def symbols(self) -> dict[str, Fraction]:
        """What a formula may speak of; kappa = beta / mu where mu > 0."""
        kappa = {"kappa": self.beta / self.mu} if self.mu > 0 else {}
        return asdict(self) | kappa

    @property
    def numbers(self) -> dict[str, float]:
        """Those of them that say which class and step."""
        return {name: float(getattr(self, name)) for name in ("mu", "beta", "eta")}

    def __str__(self) -> str:
        return ", ".join(f"{n} = {float(v):g}" for n, v in asdict(self).items())


@dataclass(frozen=True)
class Lemma:
    """No step has a ratio above `factor` where `assuming` holds.

    Args:
        method: by its command-line name.
        measure: of the ratio, as of `theory.certify.worst_case`.
        factor: a formula in eta, rho, mu, beta, kappa.
        assuming: a condition on them; empty: always.
        radius: R, of methods with normalised ascent.

    Raises:
        ValueError: the method is unknown, or a text is no formula or condition.
    """

    method: str
    measure: str
    factor: str
    assuming: str = ""
    radius: Fraction | None = None

    def __post_init__(self) -> None:
        """Reads everything once, so that errors come early."""
        make(self.method)
        _ = self._formulas

    @cached_property
    def _formulas(self) -> tuple[Expression, Expression | None]:
        read = _said("factor", formula, self.factor)
        if not self.assuming:
            return read, None
        return read, _said("assuming", condition, self.assuming)

    def made(self, rho: Any) -> Method:
        """The method at a radius."""
        return make(self.method).having(rho=rho)

    def claimed(self, point: Point) -> Fraction:
        """The factor at a point, exactly."""
        claimed = _said("factor", self._formulas[0], **point.symbols)
        return _said("factor", rational, f"`{self.factor}`", claimed)

    def covers(self, point: Point) -> bool:
        """Whether the assumption holds at a point, exactly."""
        assuming = self._formulas[1]
        return assuming is None or _said("assuming", assuming, **point.symbols)


def _said(option: str, call: Any, *args: Any, **values: Any) -> Any:
    """What is wrong with a text names the option it came from."""
    try:
        return call(*args, **values)
    except ValueError as error:
        raise ValueError(f"--{option}: {error}") from None
