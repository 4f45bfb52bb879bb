"""A case compared with its bound: the outcome, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.claim import Claim
from theory.interval import Interval

OK, UNDECIDED, VIOLATED = range(3)
SIMPLE = (bool, int, float, str, tuple, list, type(None))


@dataclass(frozen=True)
class Outcome:
    """A case (of many at once: the worst) and what came out.

    Args:
        case: its parameters, numbers and words.
        outside: whether it lies outside the assumptions.
        count: how many cases were compared at once.
        measured, low, high: the measurement and its limits.
        bound: what it was measured against.
        status: `OK`, `UNDECIDED` or `VIOLATED`.
        ratio: measured over bound; 1 where both are 0.
        nearest: of all compared, measured / bound where it came nearest to 1.
        runs: of a random claim.
    """

    case: dict[str, Any]
    outside: bool
    count: int
    measured: float
    low: float
    high: float
    bound: float
    status: int
    ratio: float
    nearest: float
    runs: int = 0


def compared(claim: Claim, measured: Interval, bound: np.ndarray) -> np.ndarray:
    """Whether the whole interval agrees (OK), none of it (VIOLATED), or a part."""
    with np.errstate(invalid="ignore"):
        room = claim.rtol * np.abs(bound) + claim.atol
        room = np.where(np.isfinite(room), room, 0.0)
        low, high, least, most = measured.low, measured.high, bound - room, bound + room
        agree, differ = {
            "<=": (high <= most, low > most),
            ">=": (low >= least, high < least),
            "==": ((low >= least) & (high <= most), (low > most) | (high < least)),
        }[claim.relation]
    return np.where(agree, OK, np.where(differ, VIOLATED, UNDECIDED))


def ratio(claim: Claim, measured: Any, bound: Any) -> np.ndarray:
    """Measured over bound; 1 where both are 0, up to the claim's tolerance."""
    measured, bound = np.asarray(measured, float), np.asarray(bound, float)
    equal = (measured == bound) | ((bound == 0) & (np.abs(measured) <= claim.atol))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(equal, 1.0, measured / bound)


def distance(ratio: Any) -> np.ndarray:
    """How far a ratio is from 1, on a logarithmic scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(np.log(np.asarray(ratio, float)))
    return np.where(np.isnan(size), np.inf, size)


def decisive(
    claim: Claim,
    case: dict,
    outside: bool,
    measured: Interval,
    bound: np.ndarray,
    status: np.ndarray,
    runs: int,
) -> Outcome:
    """Of cases compared at once the one that decides, with its own parameters."""
    shape = np.broadcast_shapes(np.shape(measured.value), bound.shape)
    value, low, high, bound, status = (
        np.broadcast_to(v, shape).reshape(-1)
        for v in (measured.value, measured.low, measured.high, bound, status)
    )
    over = ratio(claim, value, bound)
    strain = {"<=": over, ">=": -over, "==": distance(over)}[claim.relation]
    at = np.lexsort((strain, status))[-1]
    return Outcome(
        {name: one_of(v, shape, at) for name, v in case.items()},
        outside,
        max(1, len(status)),
        float(value[at]),
        float(low[at]),
        float(high[at]),
        float(bound[at]),
        int(status[at]),
        float(over[at]),
        float(over[np.argmin(distance(over))]),
        runs,
    )


def one_of(value: Any, shape: tuple[int, ...], at: int) -> Any:
    """The parameter of one case: an array's leading axes are the cases'.

    Of a landscape, method or function only its name is kept.
    """
    if not isinstance(value, (np.ndarray, np.generic, *SIMPLE)):
        words = (getattr(value, key, "") for key in ("label", "name", "__name__"))
        return next(filter(None, words), type(value).__name__)
    if not isinstance(value, np.ndarray) or not shape:
        return value
    if value.shape[: len(shape)] != shape:
        try:
            value = np.broadcast_to(value, shape)
        except ValueError:
            return value
    one = value.reshape(-1, *value.shape[len(shape) :])[at]
    return one.item() if one.ndim == 0 else one


def told(claim: Claim, outcome: Outcome) -> str:
    """An outcome in one line."""
    o, interval = outcome, ""
    if o.high > o.low:
        interval = f" [{o.low:.4g}, {o.high:.4g}]"
    sign = {"<=": "<=", ">=": ">=", "==": "="}[claim.relation]
    after = f" after {o.runs} runs" if o.runs else ""
    return (
        f"measured {o.measured:.5g}{interval}, claimed {sign} {o.bound:.5g}"
        f"{' at ' * bool(o.case)}{words(o.case)}{after}"
    )


def words(case: dict[str, Any]) -> str:
    """A case as `eta = 0.1, rho = 2`."""
    return ", ".join(f"{name} = {_word(value)}" for name, value in case.items())


def _word(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.size > 8:
            return f"array {value.shape}"
        value = value.reshape(-1).tolist()
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(_word(v) for v in value) + ")"
    if isinstance(value, (float, np.floating)):
        return f"{value:.5g}"
    return str(value)
