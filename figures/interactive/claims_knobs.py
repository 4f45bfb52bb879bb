"""What of a claim's case can be moved: its numbers, with ranges that its cases give."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import numpy as np

from figures.interactive.claims_case import Shape, batched, lead
from theory.certify import hyperparameters
from theory.claim import Claim
from theory.method import Method

# A range this many times its lower end is moved through by equal factors.
WIDE = 20
# What is not moved, and why.
HELD = {
    "str": "a word: choose another case",
    "tuple": "several numbers together",
    "list": "several numbers together",
    "NoneType": "not set",
}


@dataclass(frozen=True)
class Knob:
    """A number of a case, or the length of a vector in it.

    Args:
        name: of the parameter.
        within: the hyperparameter of a method that stands in the case; else empty.
        whole: whether only whole numbers will do.
        vector: whether it is the length of a vector, whose direction stays.
        low: least value of the slider.
        high: largest.
    """

    name: str
    within: str = ""
    whole: bool = False
    vector: bool = False
    low: float = 0.0
    high: float = 1.0

    @property
    def label(self) -> str:
        """For the slider."""
        name = self.within or self.name
        return f"|{name}|" if self.vector else name

    @property
    def log(self) -> bool:
        """Whether it moves by equal factors."""
        return not self.whole and self.low > 0 and self.high >= WIDE * self.low

    def get(self, one: dict[str, Any]) -> float:
        """Its value in a single case."""
        value = one[self.name]
        if self.within:
            value = hyperparameters(value)[self.within]
        value = np.asarray(value, dtype=float)
        return float(np.linalg.norm(value)) if self.vector else float(value.item())

    def put(self, one: dict[str, Any], value: float) -> dict[str, Any]:
        """The case with another value, of the kind and shape that was there."""
        old = one[self.name]
        if self.within:
            new = old.having(**{self.within: float(value)})
        elif self.vector:
            size = np.linalg.norm(old)
            new = old * (value / size) if size else old + value / old.size**0.5
        else:
            new = _like(old, round(value) if self.whole else float(value))
        return {**one, self.name: new}


def knobs(claim: Claim, cases: list[dict[str, Any]], case: dict) -> list[Knob]:
    """A knob for each number of a case, with the range that all cases give.

    Args:
        claim: whose.
        cases: all of them.
        case: the one at hand; others may hold other parameters.
    """
    shape, found = lead(claim, case), []
    for name, value in case.items():
        for knob in _of(name, value, shape):
            seen = [_values(knob, other[name]) for other in cases if name in other]
            known = np.concatenate([np.empty(0), *seen])
            known = known[np.isfinite(known)]
            low, high = _ends(known, knob.whole) if known.size else (0.0, 1.0)
            found.append(Knob(name, knob.within, knob.whole, knob.vector, low, high))
    return found


def held(case: dict[str, Any], moved: Iterable[Knob]) -> dict[str, str]:
    """The parameters that no knob moves, and why not."""
    names = {knob.name for knob in moved}
    return {name: _why(value) for name, value in case.items() if name not in names}


def _of(name: str, value: Any, shape: Shape) -> list[Knob]:
    if isinstance(value, Method):
        return [Knob(name, within=part) for part in hyperparameters(value)]
    if isinstance(value, (bool, np.bool_)):
        return []
    if isinstance(value, Real):
        return [Knob(name, whole=isinstance(value, Integral))]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        return []
    own = value.ndim - (len(shape) if batched(value, shape) else 0)
    whole = value.dtype.kind in "iu"
    if own == 0 or value.size == 1:
        return [Knob(name, whole=whole)]
    return [Knob(name, vector=True)] if own == 1 and not whole else []


def _values(knob: Knob, value: Any) -> np.ndarray:
    """All values that a case's parameter takes, along the knob."""
    if knob.within:
        if not isinstance(value, Method):
            return np.empty(0)
        value = hyperparameters(value).get(knob.within, np.nan)
    try:
        value = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return np.empty(0)
    if knob.vector and value.ndim:
        value = np.linalg.norm(value, axis=-1)
    return value.reshape(-1)


def _ends(known: np.ndarray, whole: bool) -> tuple[float, float]:
    """Twice as far as the cases go; whole numbers, which may be places, as far."""
    low, high = float(known.min()), float(known.max())
    if whole:
        return low, high if high > low else max(2 * high, low + 1)
    if low > 0:
        return low / 2, 2 * high
    span = max(high - low, abs(low), 1e-3) / 2
    return (0.0 if low == 0 else low - span), high + span


def _like(old: Any, value: float) -> Any:
    """A number of the same kind."""
    if isinstance(old, np.ndarray):
        return np.full_like(old, value)
    if isinstance(old, Fraction):
        return Fraction(value).limit_denominator(10**4)
    return type(old)(value) if math.isfinite(value) else value


def _why(value: Any) -> str:
    if isinstance(value, np.ndarray):
        shape = " x ".join(map(str, value.shape))
        return f"an array of {shape}: choose another case"
    kind = type(value).__name__.removesuffix("_")
    return HELD.get(kind, f"{kind}: choose another case")
