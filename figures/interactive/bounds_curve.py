"""A claim along a parameter: its bound, what is measured, where it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from figures.interactive.claims_case import Shape, repeated
from figures.interactive.claims_knobs import Knob
from theory.claim import Claim
from theory.judge import Unfit, level_of, outcome
from theory.kept import Unkept
from theory.outcome import Outcome

# What a claim's own code may raise where a slider leads it out of its range.
BAD = (ValueError, TypeError, ArithmeticError, IndexError, KeyError, AttributeError)


@dataclass(frozen=True, eq=False)
class Line:
    """Values along a knob.

    Args:
        x: the knob's, rising, `(n,)`.
        bound: `(n, m)`, m numbers that a case has; NaN where it says nothing.
        inside: whether the assumptions hold, `(n,)`.
    """

    x: np.ndarray
    bound: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True, eq=False)
class At:
    """A single case: its bound, and whether it lies within the assumptions.

    Args:
        bound: `(m,)`.
        inside: of all parts of the case.
        fault: why there is no bound, in words; empty if there is.
    """

    bound: np.ndarray
    inside: bool
    fault: str = ""


def grid(knob: Knob, value: float, count: int) -> np.ndarray:
    """Places along a knob's range, the present one among them."""
    low, high = min(knob.low, value), max(knob.high, value)
    if knob.whole:
        return np.unique(np.linspace(low, high, count).round())
    space = np.geomspace if low > 0 and knob.log else np.linspace
    return np.unique(np.append(space(low, high, count), value))


def at(claim: Claim, one: dict[str, Any]) -> At:
    """The bound of a case, and whether it is within the assumptions."""
    try:
        bound = _numbers(claim.bound, one).ravel()
        with np.errstate(all="ignore"):
            inside = bool(np.all(claim.within(**one)))
    except BAD as error:
        return At(np.array([np.nan]), False, _words(error))
    return At(bound, inside)


def line(
    claim: Claim, one: dict[str, Any], shape: Shape, knob: Knob, x: np.ndarray
) -> Line:
    """The bound along a knob, all other parameters as they are.

    At once where the case's arrays have an axis for many (`theory.claim`), else one by
    one.

    Args:
        claim: whose bound.
        one: a single case.
        shape: of whose leading axes there are as many, of length one.
        knob: what is moved.
        x: values, `(n,)`.
    """
    if shape and not knob.within and np.ndim(one[knob.name]) >= len(shape):
        try:
            return _at_once(claim, one, shape, knob, x)
        except BAD:
            pass  # a value that is refused refuses all, or the cases hang together
    found = [at(claim, knob.put(one, value)) for value in x]
    most = max(len(each.bound) for each in found)
    rows = [np.resize(e.bound, most) if not e.fault else [np.nan] * most for e in found]
    return Line(x, np.array(rows), np.array([each.inside for each in found]))


def measured(claim: Claim, one: dict[str, Any], count: int = 1) -> Outcome:
    """What a case measures beside its bound, as the ledger decides it.

    Args:
        claim: whose.
        one: a case; of many at once, the one that decides.
        count: of how many cases it is one, which share what a claim may err.

    Raises:
        ValueError: the claim's code refuses the case; in its own words.
    """
    try:
        with np.errstate(all="ignore"):
            outside = not np.all(claim.within(**one))
        return outcome(claim, one, outside, level_of(claim, count))
    except (Unfit, Unkept, *BAD) as error:
        raise ValueError(f"{claim.id}, measured here: {_words(error)}") from None


def _at_once(
    claim: Claim, one: dict[str, Any], shape: Shape, knob: Knob, x: np.ndarray
) -> Line:
    many, old = repeated(one, shape, len(x)), one[knob.name]
    wide = x.reshape(-1, *(1,) * (old.ndim - 1))
    if knob.vector:
        size = np.linalg.norm(old)
        new = np.broadcast_to(old, (len(x), *old.shape[1:])) * (wide / size)
    else:
        new = np.broadcast_to(wide, (len(x), *old.shape[1:])).astype(old.dtype)
    many[knob.name] = new
    bound = _rows(_numbers(claim.bound, many), len(x))
    with np.errstate(all="ignore"):
        inside = _rows(np.asarray(claim.within(**many)), len(x)).all(axis=1)
    alone = at(claim, knob.put(one, x[0])).bound
    if not np.allclose(bound[0], alone, rtol=1e-12, equal_nan=True):
        raise ValueError("a case's bound depends on the cases beside it")
    return Line(x, bound, inside)


def _numbers(bound: Any, one: dict[str, Any]) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(bound(**one), dtype=float)


def _rows(values: np.ndarray, count: int) -> np.ndarray:
    """`(n, m)`; the axis of the n cases comes first, last, or not at all.

    Raises:
        ValueError: it is not there.
    """
    if values.ndim == 0:
        return np.broadcast_to(values, (count, 1))
    if values.shape[0] == count:
        return values.reshape(count, -1)
    if values.shape[-1] == count:
        return values.reshape(-1, count).T
    raise ValueError("no axis of the cases")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
